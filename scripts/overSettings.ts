import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { onTestFinished } from 'vitest';
import { projectDir } from './project.mjs';

/**
 * A script of this folder over a file of settings of its own, for a test.
 * @param text the file's first content
 * @param environment beside the file
 */
export function overSettings(
  script: string,
  text: string,
  environment: Readonly<Record<string, string>> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'hourwork-settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'settings.env');
  writeFileSync(file, text);
  const { PATH } = process.env;
  return {
    file,
    run: () =>
      spawnSync(process.execPath, [join(projectDir, 'scripts', script)], {
        env: { PATH, ENV_FILE: file, ...environment },
        encoding: 'utf8',
      }),
    read: () => parseEnv(readFileSync(file, 'utf8')),
  };
}
