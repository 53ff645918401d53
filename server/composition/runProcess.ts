import {
  type Env,
  EnvironmentError,
  misspeltLine,
  misspeltSettings,
  pm2Logs,
  readEnv,
} from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import { terminalText } from '../config/terminalText.ts';
import { boundPm2Logs } from './boundedLogs.ts';
import { reportReady, type ShutdownList, stopOnSignals } from './shutdown.ts';

/**
 * Jobs are handed back and records written within this time after the grace. PM2 waits a second
 * longer (ecosystem.config.js) before it kills.
 */
const AFTER_GRACE_MS = 5_000;

/**
 * Runs a long-lived process from start to signal. Settings that cannot be used are told in words
 * and end the process with 1, before anything is open.
 * @param options.boundsServices whether it also keeps the logs of the local Redis and MongoDB small.
 */
export async function runProcess(
  start: (env: Env) => Promise<{ logger: Logger; shutdown: ShutdownList }>,
  { boundsServices = false } = {},
): Promise<void> {
  try {
    const env = readEnv();
    const { logger, shutdown } = await start(env);
    for (const each of misspeltSettings()) logger.warn(misspeltLine(each));
    const bounds = boundPm2Logs(pm2Logs(), { withServices: boundsServices, logger });
    shutdown.add('PM2’s logs', bounds);
    stopOnSignals(shutdown, logger, env.SHUTDOWN_GRACE_MS + AFTER_GRACE_MS);
    reportReady();
  } catch (error) {
    const told = error instanceof EnvironmentError ? error.message : String((error as Error).stack);
    process.stderr.write(`${terminalText(told)}\n`);
    process.exit(1);
  }
}
