import { removeOldMailFiles, removeOldTokens } from '../../../Cleanup/expired.ts';
import { ORPHAN_KINDS, removeOrphans } from '../../../Cleanup/orphans.ts';
import { foldHours } from '../../numbers/fold.ts';
import { removeMinutes } from '../../numbers/removeMinutes.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import type { cacheCleanupJob } from './cacheCleanup.job.ts';

/** Pages of owners looked at for each kind in one job. */
const PAGES = 200;

/** Each step may be done again, and by two at once. */
export const cacheCleanupProcessor: ProcessorOf<typeof cacheCleanupJob> = async (
  _payload,
  context,
) => {
  const { signal, progress } = context;
  const now = new Date();
  await foldHours({ now, signal });
  const minutes = await removeMinutes({ now, signal });
  const removed: Record<string, number> = {
    apiTokens: await removeOldTokens(now),
    mailFiles: await removeOldMailFiles(now),
    minutesOfNumbers: minutes.removed,
  };
  let { more } = minutes;
  for (const [position, kind] of ORPHAN_KINDS.entries()) {
    await progress((100 * position) / ORPHAN_KINDS.length);
    let after: string | null = null;
    let ended = false;
    removed[kind] = 0;
    for (let page = 0; page < PAGES && !ended; page += 1) {
      signal.throwIfAborted();
      const step = await removeOrphans(kind, after);
      removed[kind] += step.removed;
      after = step.next;
      ended = after === null;
    }
    more ||= !ended;
  }
  const effects = Object.values(removed).reduce((sum, count) => sum + count, 0);
  return { effects, removed, more };
};
