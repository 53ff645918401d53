import type { Logger } from '../config/logger.ts';
import { isMongoUnavailable } from '../models/mongoErrors.ts';
import { findRestore, type RestoreDoc } from '../models/system/RestoreModel.ts';
import { every } from '../Services/BackgroundJobs/scheduling/every.ts';
import { restoreNotice } from '../Services/Backup/restoreMark.ts';

/** A restore waits longer than that before it replaces anything. */
const INTERVAL_MS = 1_000;

/**
 * Stops this process in order when the database is being restored: it was cut off while the restore
 * looked for running processes, or started in the same moment. Whoever starts it anew finds it
 * waiting until the restore is at its end.
 * @param stop called once.
 */
export function stopWhenRestored(
  log: Logger,
  stop: () => void = () => process.kill(process.pid, 'SIGTERM'),
): { stop(): Promise<void> } {
  let told = false;
  const watching = every({ name: 'Restore watch', intervalMs: INTERVAL_MS, log }, async () => {
    const restore = await findRestore().catch(noneWhileAway);
    if (restore === null || told) return;
    told = true;
    log.error('The database is being restored: this process stops', {
      restore: restoreNotice(restore),
    });
    stop();
  });
  return {
    async stop() {
      // Not waited for: a look under way may hang with MongoDB.
      void watching.stop();
    },
  };
}

/** Others tell of an outage. */
function noneWhileAway(error: unknown): RestoreDoc | null {
  if (isMongoUnavailable(error)) return null;
  throw error;
}
