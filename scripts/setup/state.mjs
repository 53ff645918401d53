import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localDir } from '../project.mjs';

/**
 * What `npm start` remembers of this installation, in .local/state.json.
 * @typedef {object} State
 * @property {{port: number, url: string}} [redis] the Redis it provided
 * @property {{kind: 'mongod' | 'ferretdb', mongo: number, postgres: number, uri: string}} [mongo]
 *   the MongoDB it provided: what stores the data, its ports, and its address
 * @property {number | undefined} [pm2Daemon] the process id of the PM2 daemon that it began
 * @property {boolean} [loginUntold] the administrator's password is ours and was not shown yet
 * @property {string} [startedFrom] what api-server and worker were last started from
 */

const FILE = join(localDir, 'state.json');

/** @returns {State} */
export function readState() {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
}

/**
 * Changes what is named and keeps the rest.
 * @param {Partial<State>} change
 */
export function updateState(change) {
  mkdirSync(localDir, { recursive: true, mode: 0o700 });
  const temporary = `${FILE}.new`;
  writeFileSync(temporary, `${JSON.stringify({ ...readState(), ...change }, null, 2)}\n`);
  renameSync(temporary, FILE);
}
