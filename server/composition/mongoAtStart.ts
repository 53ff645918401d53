import type { Logger } from '../config/logger.ts';
import { askMongo, connectMongo } from '../config/mongoConn.ts';
import { requireNoRestore } from '../Services/Backup/restoreMark.ts';
import { requireOwnShapes } from '../Services/Migrating/ownShapes.ts';

const RETRY_MS = 1_000;
/** No operation of a running process takes nearly so long; one that does has lost its server. */
const SILENCE_TIMEOUT_MS = 15_000;

/**
 * Connects to MongoDB, again and again until it answers, is not being restored and has the shapes of this
 * version, or `signal` aborts. From then on the driver itself keeps the connection.
 * @param onFailure is told each time why it did not.
 */
export async function connectMongoPatiently(
  uri: string,
  appName: string,
  logger: Logger,
  signal: AbortSignal,
  onFailure?: (error: unknown) => void,
): Promise<void> {
  const options = { uri, appName, silenceTimeoutMs: SILENCE_TIMEOUT_MS };
  const connect = async () => {
    await askMongo(options, async (connection) => {
      await requireNoRestore(connection);
      await requireOwnShapes(connection);
    });
    await connectMongo(options);
  };
  const failedAttempts = await patiently(
    'Connecting to MongoDB',
    connect,
    logger,
    signal,
    onFailure,
  );
  if (!signal.aborted) logger.info('MongoDB connection ready', { failedAttempts });
}

/**
 * Does something that needs MongoDB, again each second until it succeeds or `signal` aborts; the
 * first failure is logged.
 * @returns how often it failed.
 */
export async function patiently(
  what: string,
  attempt: () => Promise<void>,
  logger: Logger,
  signal: AbortSignal,
  onFailure?: (error: unknown) => void,
): Promise<number> {
  let failed = 0;
  while (!signal.aborted) {
    try {
      await attempt();
      return failed;
    } catch (error) {
      failed += 1;
      onFailure?.(error);
      if (failed === 1) logger.warn(`${what} failed; it is tried each second`, { error });
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  return failed;
}
