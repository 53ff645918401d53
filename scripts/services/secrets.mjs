import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';

/** A password of 192 random bits that needs no escape in a URL, a shell, SQL or a settings file. */
export const newPassword = () => randomBytes(24).toString('hex');

/**
 * A folder that its owner alone may enter, also when it was there before with other rights.
 * @param {string} dir
 */
export async function ownFolder(dir) {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
}

/**
 * Writes a file that its owner alone may read, also when it was there before with other rights.
 * @param {string} file
 * @param {string} text
 */
export async function writeSecret(file, text) {
  await writeFile(file, '', { flag: 'a', mode: 0o600 });
  // Before the secret is in it: the mode of a write is that of a new file only.
  await chmod(file, 0o600);
  await writeFile(file, text);
}

/**
 * Tells one set of settings from another without telling them.
 * @param {string[]} parts
 */
export function fingerprintOf(...parts) {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
}
