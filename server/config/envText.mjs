// Plain JavaScript, because PM2 and `npm start` read .env before anything is compiled.
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/**
 * A settings file as text, in whichever encoding an editor saved it: UTF-8, or UTF-16 of either
 * byte order (Windows' Notepad and PowerShell write it), with a byte order mark or without.
 * @param {Uint8Array} bytes
 * @returns {string} without byte order mark
 */
export function decodeEnvText(bytes) {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/**
 * What a settings file names; nothing if there is no file. An empty value counts as unset.
 * @param {string} file
 * @returns {Partial<Record<string, string>>}
 */
export function readEnvFile(file) {
  if (!existsSync(file)) return {};
  const settings = Object.entries(parseEnv(decodeEnvText(readFileSync(file))));
  return Object.fromEntries(settings.filter(([, value]) => value !== ''));
}

/** @param {Uint8Array} bytes */
function encodingOf([first, second]) {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // A settings file begins with an ASCII character, one byte of which is zero in UTF-16.
  if (second === 0) return 'utf-16le';
  return first === 0 ? 'utf-16be' : 'utf-8';
}
