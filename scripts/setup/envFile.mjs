import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { decodeEnvText, readEnvFile } from '../../server/config/envText.mjs';
import { projectDir } from '../project.mjs';

/** The file the server reads its settings from, too. */
export const envFile = resolve(projectDir, process.env.ENV_FILE || '.env');

/**
 * The settings as the server will see them: the process environment over the file; what is empty
 * counts as unset.
 * @returns {Partial<Record<string, string>>}
 */
export function readSettings() {
  const named = Object.entries(process.env).filter(([, value]) => value !== '');
  return { ...readEnvFile(envFile), ...Object.fromEntries(named) };
}

/**
 * Adds the settings that the file does not name yet, and keeps every line it has; one in UTF-16
 * becomes UTF-8. The file is readable by its owner alone, for it holds secrets.
 * @param {Readonly<Record<string, string>>} settings
 * @returns {string[]} the names added
 */
export function addToEnvFile(settings) {
  const there = readEnvFile(envFile);
  const missing = Object.entries(settings).filter(([name]) => there[name] === undefined);
  if (missing.length === 0) return [];
  const bytes = existsSync(envFile) ? readFileSync(envFile) : null;
  const before = decodeEnvText(bytes ?? Buffer.of());
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  const lines = missing.map(([name, value]) => `${name}=${quote(value)}\n`);
  // The mode of a write is that of a new file only.
  if (bytes !== null) chmodSync(envFile, 0o600);
  if (bytes !== null && !bytes.equals(Buffer.from(before))) writeFileSync(envFile, before);
  appendFileSync(envFile, separator + lines.join(''), { mode: 0o600 });
  return missing.map(([name]) => name);
}

/**
 * Gives a setting that the file names already another value, and keeps every other line.
 * @param {string} name
 * @param {string} value
 */
export function replaceInEnvFile(name, value) {
  const before = decodeEnvText(readFileSync(envFile));
  chmodSync(envFile, 0o600);
  writeFileSync(
    envFile,
    before.replace(lineOf(name), (_, start) => start + quote(value)),
  );
}

/**
 * Gives a setting a value: in the line that names it, also without a value, or else in a new one.
 * @param {string} name
 * @param {string} value
 */
export function setInEnvFile(name, value) {
  const before = existsSync(envFile) ? decodeEnvText(readFileSync(envFile)) : '';
  if (lineOf(name).test(before)) replaceInEnvFile(name, value);
  else addToEnvFile({ [name]: value });
}

/**
 * The lines that name a setting, also with no value; the first group ends with the equals sign.
 * @param {string} name
 */
function lineOf(name) {
  return new RegExp(`^([ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=).*$`, 'gm');
}

/**
 * As parseEnv reads it back: only what would be cut or trimmed needs quotes.
 * @param {string} value
 */
function quote(value) {
  if (!/[\s#'"`\\]/.test(value)) return value;
  const mark = ["'", '"', '`'].find((candidate) => !value.includes(candidate));
  if (mark === undefined) throw new Error('a value with all three kinds of quotes fits no .env');
  return `${mark}${value}${mark}`;
}
