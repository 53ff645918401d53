import type { Logger } from '../config/logger.ts';
import { connectMongo } from '../config/mongoConn.ts';

const RETRY_MS = 1_000;

/**
 * Connects to MongoDB, again and again until it answers or `signal` aborts. From then on the
 * driver itself keeps the connection.
 */
export async function connectMongoPatiently(
  uri: string,
  appName: string,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  let attempts = 0;
  while (!signal.aborted) {
    try {
      await connectMongo({ uri, appName });
      logger.info('MongoDB connection ready', { failedAttempts: attempts });
      return;
    } catch (error) {
      attempts += 1;
      if (attempts === 1)
        logger.warn('MongoDB is away; connecting is tried each second', { error });
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
