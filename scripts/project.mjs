import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This checkout. */
export const projectDir = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** Data, logs and notes of this checkout's own services; removed with it, never committed. */
export const localDir = join(projectDir, '.local');

/** Downloads and builds, shared by all checkouts of this user. */
export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hourwork');

/** True where the system's packages may be installed. */
export const isRoot = process.getuid?.() === 0;

/**
 * A number below `span` that is this checkout's own, so that two checkouts seldom meet.
 * @param {number} span
 */
export function checkoutNumber(span) {
  return createHash('sha256').update(projectDir).digest().readUInt32BE() % span;
}
