import { storeTime } from '../../../models/serverFacts.ts';
import type { JobStatusDoc } from '../../../models/system/JobStatusModel.ts';
import { entryOfRecord, handedOverLate } from '../enqueuing/entries.ts';
import type { Lanes } from '../enqueuing/lanes.ts';
import { takeAsQueued } from '../enqueuing/takeAsQueued.ts';
import { pagesInOrder } from '../recording/recordPages.ts';

interface StagerOptions {
  lanes: Lanes;
  /**
   * How long before its time a job is put into Redis, with a delay. At least three intervals of the
   * reconciler, so that a crash between record and Redis is mended before the time.
   */
  horizonMs: number;
  batchSize: number;
  signal?: AbortSignal;
}

/**
 * Puts the jobs that are nearly due into Redis, the earliest first: until then they cost it nothing. May
 * run in several processes at once: each record is claimed by one.
 * @returns how many were put in.
 * @throws AppError `REDIS_UNAVAILABLE` or `REDIS_NEARLY_FULL`: then they stay scheduled.
 */
export async function stageDueJobs(options: StagerOptions): Promise<number> {
  const { lanes, horizonMs, signal } = options;
  const queues = [...lanes].map(({ queue }) => queue.name);
  let staged = 0;
  // By the database's clock: if this machine's is behind, they would be put in late.
  const until = new Date((await storeTime()).getTime() + horizonMs);
  const due = {
    cancelRequestedAt: { $exists: false },
    // What a newer version put off into a queue of its own is left to it.
    queue: { $in: queues },
    runAt: { $lte: until },
  };
  for await (const page of pagesInOrder('runAt', ['scheduled'], due)) {
    if (signal?.aborted) return staged;
    // Some may have been put off since they were named.
    const stillDue = page.filter(({ runAt }) => runAt !== null && runAt <= until);
    staged += await stage(stillDue, options);
  }
  return staged;
}

async function stage(
  page: readonly JobStatusDoc[],
  { lanes, batchSize }: StagerOptions,
): Promise<number> {
  const [first] = page;
  if (first === undefined) return 0;
  await lanes.of(first.queue).queue.requireRoom();
  const claimed = await claimDue(page);
  for (const { queue, outbox } of lanes) {
    const entries = claimed.filter((record) => record.queue === queue.name);
    await outbox.enqueue(entries.map(entryOfRecord).map(handedOverLate), batchSize);
  }
  return claimed.length;
}

/**
 * Takes scheduled records as queued. One that was started before, and was put off by its own
 * work, becomes its next generation: the earlier start must not be heard any more. Attempts that it has spent
 * stay spent.
 */
function claimDue(records: readonly JobStatusDoc[]): Promise<JobStatusDoc[]> {
  return takeAsQueued(records, ({ generation, starts }) => ({
    $set: starts > 0 ? { generation: generation + 1, starts: 0 } : {},
  }));
}
