import type { Logger } from '../config/logger.ts';
import { isMongoUnavailable } from '../models/mongoErrors.ts';
import { findRestore } from '../models/system/RestoreModel.ts';
import { every } from '../Services/BackgroundJobs/scheduling/every.ts';
import { restoreNotice } from '../Services/Backup/restoreMark.ts';
import { shapesProblem } from '../Services/Migrating/ownShapes.ts';

/** A restore waits longer than that before it replaces anything. */
const INTERVAL_MS = 1_000;

/**
 * Stops this process in order when the database is being migrated, or restored: it was cut off while the restore
 * looked for running processes, or started in the same moment. Whoever starts it anew finds it
 * waiting until that is at its end.
 * @param stop called once.
 */
export function stopWhenRestored(
  log: Logger,
  stop: () => void = () => process.kill(process.pid, 'SIGTERM'),
): { stop(): Promise<void> } {
  let told = false;
  const watching = every({ name: 'Restore watch', intervalMs: INTERVAL_MS, log }, async () => {
    const reason = await reasonToStop().catch(noneWhileAway);
    if (reason === null || told) return;
    told = true;
    log.error('The database is not this process’s to use any more: it stops', { reason });
    stop();
  });
  return {
    async stop() {
      // Not waited for: a look under way may hang with MongoDB.
      void watching.stop();
    },
  };
}

async function reasonToStop(): Promise<string | null> {
  const restore = await findRestore();
  return restore === null ? shapesProblem() : restoreNotice(restore);
}

/** Others tell of an outage. */
function noneWhileAway(error: unknown): null {
  if (isMongoUnavailable(error)) return null;
  throw error;
}
