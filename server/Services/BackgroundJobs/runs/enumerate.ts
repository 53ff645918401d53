import type { RunDoc } from '../../../models/system/RunModel.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import type { HandOver, Outbox } from '../enqueuing/outbox.ts';
import type { QueueEntry } from '../queue.ts';
import { leaseRun } from './checkpoint.ts';
import { itemsAhead } from './itemsAhead.ts';
import { runJobId } from './runId.ts';
import type { OpenSource, Source } from './source.ts';

interface EnumerationOptions {
  source: Source;
  outbox: Outbox;
  leaseMs: number;
  log: JobLog;
  /** Stops after the current page; another process goes on from the checkpoint. */
  signal: AbortSignal;
}

/** Items read, recorded and counted as one page; each page goes to the queue in batches. */
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
  { source, outbox, leaseMs, log, signal }: EnumerationOptions,
): Promise<Enumeration> {
  const total: Enumeration = { enqueued: 0, duplicates: 0, notEnqueued: 0, ended: 'elsewhere' };
  const lease = await leaseRun(runId, leaseMs);
  if (lease === null) return total;
  const { run } = lease;
  let { checkpoint, enumerated } = run;
  if (checkpoint !== null)
    log.info('A producer stopped midway: its run is resumed', { runId, enumerated });

  try {
    const open = source.open(run);
    const ahead = await itemsAhead(run);
    while (!signal.aborted) {
      const items = await open.next(checkpoint, PAGE_SIZE);
      const last = items.at(-1) ?? ahead.at(-1);
      if (last === undefined) {
        return { ...total, ended: (await lease.finish()) ? 'finished' : 'elsewhere' };
      }
      const entries = items.map((item) => entryOf(run, source, item, open));
      const recorded = await outbox.record(entries);
      const part = await outbox.enqueue(recorded, run.batchSize, lease.isHeld);
      total.enqueued += part.enqueued;
      total.duplicates += part.duplicates;
      total.notEnqueued += part.notEnqueued;
      if (!lease.isHeld()) return total;
      checkpoint = last;
      enumerated += countTogether(items, takeUpTo(last, ahead));
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

function countTogether(left: readonly string[], right: readonly string[]): number {
  return new Set([...left, ...right]).size;
}

/** Takes those up to `last` off the front of a list that is in order. */
function takeUpTo(last: string, list: string[]): string[] {
  const beyond = list.findIndex((item) => item > last);
  return list.splice(0, beyond === -1 ? list.length : beyond);
}

type RunOfItems = Pick<RunDoc, '_id' | 'runSeq' | 'requestId' | 'input' | 'selection'>;

/** One item's job in a run. */
export function entryOf(
  run: RunOfItems,
  { job, open }: Source,
  item: string,
  { request }: OpenSource = open(run),
): QueueEntry {
  const { payload, userId = null, deduplicationId = null } = request(item);
  return {
    envelope: {
      kind: job.kind,
      version: job.version,
      jobId: runJobId(job.kind, run._id, item),
      runId: run._id,
      runSeq: run.runSeq,
      userId,
      generation: 1,
      requestId: run.requestId,
      ...{ key: null, unique: null, runAt: null },
      ...{ priority: null, maxAttempts: null, deadlineMs: null, late: null },
      payload,
    },
    deduplicationId,
  };
}
