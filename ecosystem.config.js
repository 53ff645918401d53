// What PM2 starts: `pm2 start ecosystem.config.js`. A named export, because PM2 sees nothing in
// the default export of an ES module.
import { resolve } from 'node:path';
import { readEnvFile } from './server/config/envText.mjs';

const cwd = import.meta.dirname;

/** How much longer than its own grace a process has until PM2 ends it with SIGKILL. */
const KILL_MARGIN_MS = 6_000;

const settings = readEnvFile(resolve(cwd, process.env.ENV_FILE || '.env'));

/**
 * A setting of the server that PM2 must know too; the server itself checks all of them.
 * @param {string} name
 * @param {number} byDefault as in server/config/settings/
 */
function number(name, byDefault) {
  return Number(process.env[name] || settings[name] || byDefault);
}

/** The queue of the HTTP tasks, whose calls may take minutes. */
const HTTP_TASKS = 'http-task';
/** As the server reads it: seconds, or a time such as 90s or 2m. */
const httpTimeout = process.env.WORKER_HTTP_TIMEOUT || settings.WORKER_HTTP_TIMEOUT || '90s';
const httpGraceMs =
  Number.parseInt(httpTimeout, 10) * (httpTimeout.endsWith('m') ? 60_000 : 1_000) + 10_000;

const common = {
  cwd,
  wait_ready: true,
  listen_timeout: 30_000,
  kill_timeout: number('SHUTDOWN_GRACE_MS', 8_000) + KILL_MARGIN_MS,
  exp_backoff_restart_delay: 100,
  // What npm sets for its own scripts is no setting of ours.
  filter_env: ['npm_'],
};

export const apps = [
  {
    ...common,
    name: 'api-server',
    script: 'dist/server/api/server.js',
    exec_mode: 'cluster',
    instances: 1,
  },
  {
    ...common,
    name: 'worker',
    script: 'dist/server/Services/BackgroundJobs/worker.js',
    exec_mode: 'fork',
    instances: number('WORKER_INSTANCES', 2),
    env: { WORKER_QUEUES: process.env.WORKER_QUEUES || settings.WORKER_QUEUES || `!${HTTP_TASKS}` },
  },
  {
    ...common,
    name: 'worker-http',
    script: 'dist/server/Services/BackgroundJobs/worker.js',
    exec_mode: 'fork',
    instances: number('WORKER_POOL_SIZE', 1),
    env: { WORKER_QUEUES: HTTP_TASKS, SHUTDOWN_GRACE_MS: String(httpGraceMs) },
    // A reload of the others does not wait for its calls, and none of them is cut.
    kill_timeout: httpGraceMs + KILL_MARGIN_MS,
  },
];
