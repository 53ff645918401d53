import { randomBytes } from 'node:crypto';
import { freePort } from '../services/ports.mjs';
import { addToEnvFile, readSettings } from './envFile.mjs';
import { updateState } from './state.mjs';

const FIRST_PORT = 3000;
const LOG_FILE = 'logs/app.log';
const ADMIN_EMAIL = 'admin@example.com';

/**
 * Gives the installation the settings it cannot do without: a port and secrets of its own; besides them
 * a log file, and workers that find out how many jobs at once do best.
 * What is set already, in .env or in the environment, stays.
 * @returns {Promise<string[]>} the names it added to .env
 */
export async function completeSettings() {
  const there = readSettings();
  /** @type {Record<string, string>} */
  const generated = {
    JWT_SECRET: randomBytes(32).toString('hex'),
    DATA_KEY: randomBytes(32).toString('hex'),
    CRON_MANAGER_API_KEY: randomBytes(24).toString('base64url'),
    ADMIN_EMAIL,
    ADMIN_PASSWORD: randomBytes(15).toString('base64url'),
  };
  const missing = Object.entries(generated).filter(([name]) => there[name] === undefined);
  const added = addToEnvFile({
    // Also if it was named in the environment: it stays the same without it.
    PORT: there.PORT ?? String(await freePort(FIRST_PORT)),
    LOG_FILE: there.LOG_FILE ?? LOG_FILE,
    WORKER_CONCURRENCY: there.WORKER_CONCURRENCY ?? 'auto',
    ...Object.fromEntries(missing),
  });
  if (added.includes('ADMIN_PASSWORD')) updateState({ loginUntold: true });
  return added;
}
