import { readFileSync } from 'node:fs';

/** The version in package.json, which stands above both the sources and the compiled tree. */
export function packageVersion(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      if (name === 'hourwork') return String(version);
    } catch {
      // Not at this level.
    }
  }
  throw new Error('package.json was not found above the program.');
}
