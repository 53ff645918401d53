import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  deleteProcesses,
  endOwnDaemon,
  listProcesses,
  ownProcesses,
  pm2Home,
  reloadApps,
  startApps,
  watchCrashes,
} from './pm2.mjs';
import { projectDir } from './project.mjs';
import { isPortFree } from './services/ports.mjs';
import { buildId } from './setup/build.mjs';
import { envFile, readSettings } from './setup/envFile.mjs';
import { readState, updateState } from './setup/state.mjs';
import { SetupError } from './setupError.mjs';
import { waitUntil } from './waiting.mjs';

/** The processes of Hourwork itself, as ecosystem.config.js names them. */
const APPS = ['api-server', 'worker', 'worker-http'];

/** All that we keep in PM2, in the order to end it: each before what it needs. */
const END_ORDER = [
  'worker',
  'worker-http',
  'api-server',
  'hourwork-sample-services',
  'hourwork-ferretdb',
  'hourwork-postgres',
  'hourwork-mongo',
  'hourwork-redis',
];

const READY_MS = 60_000;
const LOG_LINES = 15;

/**
 * PM2 knows its apps by name alone, so one daemon can keep only one checkout.
 * @throws {SetupError} when another one's processes live in the daemon that we would use
 */
export async function refuseForeignProcesses() {
  const foreign = (await listProcesses()).filter(
    ({ name, cwd }) => END_ORDER.includes(name) && cwd !== projectDir,
  );
  if (foreign.length === 0) return;
  const names = [...new Set(foreign.map(({ name }) => name))].join(', ');
  const folders = [...new Set(foreign.map(({ cwd }) => cwd))];
  throw new SetupError(`PM2 (${pm2Home}) already keeps ${names} of ${folders.join(', ')}.`, {
    remedy:
      `end them there (cd ${folders[0]} && npm stop), or give this installation a PM2 of its own: ` +
      `export PM2_HOME=${projectDir}/.local/pm2-home`,
  });
}

/** Where the API answers on this machine. */
export function apiUrl() {
  const { HOST = '127.0.0.1', PORT = '3000' } = readSettings();
  const host = ['0.0.0.0', '::'].includes(HOST) ? '127.0.0.1' : HOST;
  return `http://${host}:${PORT}`;
}

/** Which of our apps do not run. */
export async function missingApps() {
  const own = await ownProcesses();
  const runs = (/** @type {string} */ name) =>
    own.some((each) => each.name === name && each.status === 'online');
  return APPS.filter((name) => !runs(name));
}

/**
 * Sees that api-server and worker run under PM2, from the build and the settings there are now,
 * and waits until the API says that it is ready.
 * @param {(what: string) => void} progress
 * @param {(name: string) => void} onStart told the PM2 name of what is about to be started
 * @returns {Promise<string>} what was done
 */
export async function bringUpApps(progress, onStart) {
  const source = createHash('sha256').update(buildId()).update(readFileSync(envFile)).digest('hex');
  const missing = await missingApps();
  const stale = readState().startedFrom !== source;
  const running = APPS.filter((name) => !missing.includes(name));

  if (missing.length > 0) {
    if (missing.includes('api-server')) await expectFreePort();
    // What is left of them is stopped or broken, and would keep its old settings.
    await deleteProcesses((await ownProcesses()).filter(({ name }) => missing.includes(name)));
    progress(`starting ${missing.join(', ')}`);
    for (const name of missing) onStart(name);
    await startApps(missing);
  }
  if (running.length > 0 && stale) {
    progress(`reloading ${running.join(', ')}`);
    await reloadApps(running);
  }
  await expectReady(progress);
  updateState({ startedFrom: source });
  if (missing.length > 0) return `started ${missing.join(', ')}`;
  return stale ? 'reloaded: build or settings had changed' : 'running';
}

/**
 * Ends those of this checkout's processes that `wanted` accepts, gracefully and in order, and
 * PM2's daemon if it was begun for them and nothing else is left in it.
 * @param {(what: string) => void} progress
 * @param {(name: string) => boolean} [wanted]
 * @returns {Promise<string[]>} the names of what was ended
 */
export async function endProcesses(progress, wanted = () => true) {
  const own = (await ownProcesses()).filter(({ name }) => END_ORDER.includes(name) && wanted(name));
  for (const name of END_ORDER) {
    const processes = own.filter((each) => each.name === name);
    if (processes.length > 0) progress(`ending ${name}`);
    await deleteProcesses(processes);
  }
  await endOwnDaemon();
  return END_ORDER.filter((name) => own.some((each) => each.name === name));
}

/**
 * Ends the processes of Hourwork itself, gracefully; `bringUpApps` starts them again.
 * @param {(what: string) => void} progress
 */
export async function endApps(progress) {
  await endProcesses(progress, (name) => APPS.includes(name));
}

async function expectFreePort() {
  const { PORT } = readSettings();
  if (await isPortFree(Number(PORT))) return;
  throw new SetupError(`Port ${PORT}, which PORT names, is taken by something else.`, {
    remedy: `end what listens there (ss -ltnp 'sport = :${PORT}' names it), or set another PORT in .env`,
  });
}

/** @param {(what: string) => void} progress */
async function expectReady(progress) {
  const url = `${apiUrl()}/health/ready`;
  progress(`waiting for ${url}`);
  try {
    await waitUntil(
      async () => {
        const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
        const text = await answer.text();
        // Answering 200 but "degraded" it does without Redis, and no run could begin.
        if (answer.ok && JSON.parse(text).status === 'ok') return true;
        throw new Error(`${answer.status} ${text.slice(0, 500)}`);
      },
      { timeoutMs: READY_MS, intervalMs: 200, what: url, giveUp: await watchCrashes(APPS) },
    );
  } catch (error) {
    throw new SetupError('The API did not become ready.', {
      tried: [/** @type {Error} */ (error).message, ...(await lastLogLines())],
      remedy: 'mend what its log names; npx pm2 logs api-server --lines 50 --nostream shows more',
      cause: error,
    });
  }
}

/** The ends of the apps' error logs, or of their logs where there was no error. */
async function lastLogLines() {
  const own = (await ownProcesses()).filter(({ name }) => APPS.includes(name));
  return own.flatMap(({ name, outLog, errorLog }) => {
    const lines = [errorLog, outLog].map(tail).find((text) => text !== '');
    return lines === undefined ? [] : [`the log of ${name} ends with:\n${lines}`];
  });
}

/** @param {string} file */
function tail(file) {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-LOG_LINES).join('\n');
  } catch {
    return '';
  }
}
