import type { RunDoc } from '../../../models/system/RunModel.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import {
  type UserDataPayload,
  userDataDeduplicationId,
  userDataJob,
  userDataJobId,
} from '../jobs/userData/userData.job.ts';
import type { QueueEntry } from '../queue.ts';
import { leaseRun } from './checkpoint.ts';
import type { HandOver, Outbox } from './outbox.ts';
import { nextUsers, type UserId, usersAhead } from './userPages.ts';

interface EnumerationOptions {
  outbox: Outbox;
  leaseMs: number;
  log: JobLog;
  /** Stops after the current page; another process goes on from the checkpoint. */
  signal: AbortSignal;
}

/** Users read, recorded and counted as one page; each page goes to the queue in batches. */
const PAGE_SIZE = 1000;

export interface Enumeration extends HandOver {
  /** `elsewhere`: another producer has the run, or nothing was left to enumerate. */
  ended: 'finished' | 'cancelled' | 'interrupted' | 'elsewhere';
}

/**
 * Enumerates a run from its checkpoint to its end: per page, record, enqueue, move the checkpoint.
 * May be called by any process at any time; only the holder of the lease gets anywhere.
 */
export async function enumerateRun(
  runId: string,
  { outbox, leaseMs, log, signal }: EnumerationOptions,
): Promise<Enumeration> {
  const total: Enumeration = { enqueued: 0, duplicates: 0, notEnqueued: 0, ended: 'elsewhere' };
  const lease = await leaseRun(runId, leaseMs);
  if (lease === null) return total;
  const { run } = lease;
  let { checkpoint, enumerated } = run;
  if (checkpoint !== null)
    log.info('A producer stopped midway: its run is resumed', { runId, enumerated });

  try {
    const ahead = await usersAhead(run);
    while (!signal.aborted) {
      const users = await nextUsers(run, checkpoint, PAGE_SIZE);
      const last = users.at(-1) ?? ahead.at(-1);
      if (last === undefined) {
        return { ...total, ended: (await lease.finish()) ? 'finished' : 'elsewhere' };
      }
      const entries = users.map((userId) => entryOf(run, userId.toHexString()));
      const recorded = await outbox.record(entries);
      const part = await outbox.enqueue(recorded, run.batchSize, lease.isHeld);
      total.enqueued += part.enqueued;
      total.duplicates += part.duplicates;
      total.notEnqueued += part.notEnqueued;
      if (!lease.isHeld()) return total;
      checkpoint = last;
      enumerated += countTogether(users, takeUpTo(last, ahead));
      const outcome = await lease.advance(checkpoint, enumerated);
      if (outcome === 'lost') return { ...total, ended: 'elsewhere' };
      if (outcome === 'cancelled') return { ...total, ended: 'cancelled' };
    }
    return { ...total, ended: 'interrupted' };
  } finally {
    // When MongoDB is away it cannot be given back; then it runs out.
    await lease.release().catch(() => undefined);
  }
}

function countTogether(left: readonly UserId[], right: readonly UserId[]): number {
  return new Set([...left, ...right].map((userId) => userId.toHexString())).size;
}

/** Takes those up to `last` off the front of a list that is in order. */
function takeUpTo(last: UserId, list: UserId[]): UserId[] {
  const beyond = list.findIndex((userId) => userId.toHexString() > last.toHexString());
  return list.splice(0, beyond === -1 ? list.length : beyond);
}

/** One user's job in a run. */
export function entryOf(
  run: Pick<RunDoc, '_id' | 'runSeq' | 'asOf' | 'explicitAsOf' | 'backfill' | 'requestId'>,
  userId: string,
): QueueEntry {
  const payload: UserDataPayload = { userId, asOf: run.asOf, backfill: run.backfill };
  return {
    envelope: {
      version: userDataJob.version,
      jobId: userDataJobId(run._id, userId),
      runId: run._id,
      runSeq: run.runSeq,
      userId,
      generation: 1,
      requestId: run.requestId,
      payload,
    },
    deduplicationId: userDataDeduplicationId(userId, run),
  };
}
