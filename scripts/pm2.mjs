import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from './command.mjs';
import { localDir, projectDir } from './project.mjs';
import { readState, updateState } from './setup/state.mjs';

/**
 * One process that PM2 keeps.
 * @typedef {object} Pm2Process
 * @property {number} id
 * @property {string} name
 * @property {string} cwd
 * @property {string} status `online`, `launching`, `stopping`, `stopped`, `errored` …
 * @property {number} restarts since it was started by hand
 * @property {string} outLog
 * @property {string} errorLog
 */

const PM2 = join(projectDir, 'node_modules', '.bin', 'pm2');

/** Where PM2 keeps its daemon's sockets and logs: one daemon for each such folder. */
export const pm2Home = process.env.PM2_HOME || join(homedir(), '.pm2');

/** PM2 asks nobody on the network whether it is up to date. */
const QUIET = { PM2_DISABLE_VERSION_CHECK: 'true' };

/**
 * The environment without what npm adds to it for its own scripts: PM2 hands its caller's on to
 * the processes it starts, and keeps it.
 */
function environment() {
  const ours = Object.entries(process.env).filter(
    ([name]) => !name.toLowerCase().startsWith('npm_') && !['INIT_CWD', 'NODE'].includes(name),
  );
  return { ...Object.fromEntries(ours), ...QUIET };
}

/** The little that a server which is not ours to configure needs to know. */
function bareEnvironment() {
  const { PATH, HOME, LANG, PM2_HOME } = process.env;
  const known = Object.entries({ PATH, HOME, LANG, PM2_HOME }).filter(([, value]) => value);
  return { ...Object.fromEntries(known), ...QUIET };
}

/** The process id of PM2's daemon, if it runs. */
export function pm2Daemon() {
  const file = join(pm2Home, 'pm2.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM' ? pid : undefined;
  }
}

/**
 * A command of PM2, which begins its daemon if there is none; then that is remembered as ours.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
async function pm2(args, env = environment()) {
  const before = pm2Daemon();
  try {
    return await runCommand(PM2, args, { env, shielded: true });
  } finally {
    if (before === undefined) updateState({ pm2Daemon: pm2Daemon() });
  }
}

/**
 * All processes of PM2's daemon; asking does not start it.
 * @returns {Promise<Pm2Process[]>}
 */
export async function listProcesses() {
  if (pm2Daemon() === undefined) return [];
  const output = await pm2(['jlist']);
  const json = output.split('\n').findLast((line) => line.startsWith('['));
  /** @type {{pm_id: number, name: string, pm2_env: Record<string, unknown>}[]} */
  const processes = JSON.parse(json ?? '[]');
  return processes.map(({ pm_id: id, name, pm2_env: env }) => ({
    id,
    name,
    cwd: String(env.pm_cwd),
    status: String(env.status),
    restarts: Number(env.restart_time),
    outLog: String(env.pm_out_log_path),
    errorLog: String(env.pm_err_log_path),
  }));
}

/** The processes of this checkout. */
export async function ownProcesses() {
  return (await listProcesses()).filter(({ cwd }) => cwd === projectDir);
}

/** As many ends in a row are no accident. */
const CRASH_LOOP = 5;

/**
 * Watches processes that are being waited for.
 * @param {readonly string[]} names
 * @returns {Promise<() => Promise<string | undefined>>} tells why waiting is of no use: PM2 starts
 *   one of them again and again, or has given it up
 */
export async function watchCrashes(names) {
  const restartsNow = async () => {
    const own = (await ownProcesses()).filter(({ name }) => names.includes(name));
    return new Map(own.map(({ id, name, restarts, status }) => [id, { name, restarts, status }]));
  };
  const before = await restartsNow();
  return async () => {
    for (const [id, { name, restarts, status }] of await restartsNow()) {
      const since = restarts - (before.get(id)?.restarts ?? 0);
      if (status === 'errored') return `PM2 has given ${name} up`;
      if (since >= CRASH_LOOP) return `${name} ended ${since} times in a row`;
    }
    return undefined;
  };
}

/**
 * Starts apps of ecosystem.config.js and waits until they say they are ready.
 * @param {readonly string[]} names
 */
export async function startApps(names) {
  const args = ['start', 'ecosystem.config.js', '--only', names.join(',')];
  await pm2(args);
}

/**
 * Replaces running apps by new processes, with what the settings say now.
 * @param {readonly string[]} names
 */
export async function reloadApps(names) {
  const args = ['reload', 'ecosystem.config.js', '--update-env', '--only', names.join(',')];
  await pm2(args);
}

/**
 * Starts a service in PM2's namespace `local`, to be started again whenever it ends.
 * @param {import('./services/serviceProcess.mjs').ServiceProcess} service
 */
export async function startLocalService(service) {
  const file = definitionFile(service);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, definition(service));
  await pm2(['start', file], bareEnvironment());
}

/**
 * Whether a service was last started as it would be now, with the same program and settings.
 * @param {import('./services/serviceProcess.mjs').ServiceProcess} service
 */
export function isAsDefined(service) {
  const file = definitionFile(service);
  return existsSync(file) && readFileSync(file, 'utf8') === definition(service);
}

/** @param {import('./services/serviceProcess.mjs').ServiceProcess} service */
const definitionFile = (service) => join(localDir, 'pm2', `${localName(service)}.json`);

/**
 * What PM2 is told of a service.
 * @param {import('./services/serviceProcess.mjs').ServiceProcess} service
 */
function definition(service) {
  const app = {
    name: localName(service),
    namespace: 'local',
    script: service.command,
    args: service.args,
    interpreter: 'none',
    cwd: projectDir,
    env: { ...service.env, HOURWORK_FINGERPRINT: service.fingerprint },
    // PostgreSQL's children understand signals of their own by SIGINT: only their parent gets it.
    treekill: false,
    kill_timeout: service.stopMs,
    exp_backoff_restart_delay: 100,
    max_restarts: Number.MAX_SAFE_INTEGER,
  };
  return `${JSON.stringify({ apps: [app] }, null, 2)}\n`;
}

/**
 * The name of a service in PM2.
 * @param {{name: string}} service
 */
export const localName = ({ name }) => `hourwork-${name}`;

/**
 * Ends processes, each within its `kill_timeout`, and takes them from PM2's list.
 * @param {readonly Pm2Process[]} processes
 */
export async function deleteProcesses(processes) {
  if (processes.length === 0) return;
  const ids = processes.map(({ id }) => String(id));
  await pm2(['delete', ...ids]);
}

/** Ends PM2's daemon if a command of ours began it and nothing is left in it. */
export async function endOwnDaemon() {
  const daemon = pm2Daemon();
  if (daemon === undefined || daemon !== readState().pm2Daemon) return;
  if ((await listProcesses()).length === 0) await pm2(['kill']);
}
