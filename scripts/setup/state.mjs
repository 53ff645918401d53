import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { localDir } from '../project.mjs';

/**
 * What `npm start` remembers of this installation, in .local/state.json.
 * @typedef {object} State
 * @property {{port: number, url: string, password?: string}} [redis] the Redis it provided
 * @property {{kind: 'mongod' | 'ferretdb', mongo: number, postgres: number, uri: string} & Partial<MongoPasswords>} [mongo]
 *   the MongoDB it provided: what stores the data, its ports, its address, and its passwords, which
 *   installations from before there were any lack
 * @property {number | undefined} [pm2Daemon] the process id of the PM2 daemon that it began
 * @property {{port: number}} [sampleServices] where the sample's services are answered
 * @property {boolean} [loginUntold] the administrator's password is ours and was not shown yet
 * @property {string} [startedFrom] what api-server and worker were last started from
 */

/** @typedef {{password: string, postgresPassword: string}} MongoPasswords */

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
  chmodSync(localDir, 0o700);
  const temporary = `${FILE}.new`;
  rmSync(temporary, { force: true });
  const text = `${JSON.stringify({ ...readState(), ...change }, null, 2)}\n`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, FILE);
}
