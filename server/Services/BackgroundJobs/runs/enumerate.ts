import type { RunDoc } from '../../../models/system/RunModel.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import type { HandOver, Outbox } from '../enqueuing/outbox.ts';
import type { QueueEntry } from '../queues/jobQueue.ts';
import { leaseRun, type ProducerLease } from './checkpoint.ts';
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

/** A page of a run's items, recorded: what is to be handed over, and how far it moves the checkpoint. */
interface Page {
  entries: readonly QueueEntry[];
  /** Those that are done by an earlier job of the same key. */
  duplicates: number;
  last: string;
  items: readonly string[];
}

/**
 * Enumerates a run from its checkpoint to its end: per page, record, enqueue, move the checkpoint. The
 * next page is recorded while one is handed over: a producer that dies leaves the records of two pages
 * beyond its checkpoint, at most.
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
  if (run.checkpoint !== null) {
    const { enumerated } = run;
    log.info('A producer stopped midway: its run is resumed', { runId, enumerated });
  }

  let next: Promise<Page | null> = Promise.resolve(null);
  try {
    const { recordPage, moveTo } = await pagesOf(lease, { source, outbox });
    next = recordPage(run.checkpoint);
    while (!signal.aborted) {
      const page = await next;
      if (page === null) {
        return { ...total, ended: (await lease.finish()) ? 'finished' : 'elsewhere' };
      }
      next = recordPage(page.last);
      // It is waited for only when this page is done.
      next.catch(() => undefined);
      const part = await outbox.enqueue(page.entries, run.batchSize, lease.isHeld);
      total.enqueued += part.enqueued;
      total.duplicates += page.duplicates + part.duplicates;
      total.notEnqueued += part.notEnqueued;
      if (!lease.isHeld()) return total;
      const outcome = await moveTo(page);
      if (outcome === 'lost') return { ...total, ended: 'elsewhere' };
      if (outcome === 'cancelled') {
        // Its records are there: they are counted, and cancelled with those before them.
        const recorded = await next;
        if (recorded !== null) await moveTo(recorded);
        return { ...total, ended: 'cancelled' };
      }
    }
    return { ...total, ended: 'interrupted' };
  } finally {
    await next.catch(() => undefined);
    // When MongoDB is away it cannot be given back; then it runs out.
    await lease.release().catch(() => undefined);
  }
}

/** How the pages of a leased run are made, and taken off what is to come. */
async function pagesOf(
  { run, advance }: ProducerLease,
  { source, outbox }: Pick<EnumerationOptions, 'source' | 'outbox'>,
) {
  const open = source.open(run);
  const ahead = await itemsAhead(run);
  let { enumerated } = run;
  return {
    async recordPage(after: string | null): Promise<Page | null> {
      const items = await open.next(after, PAGE_SIZE);
      const last = items.at(-1) ?? ahead.findLast((item) => after === null || item > after);
      if (last === undefined) return null;
      const entries = items.map((item) => entryOf(run, source, item, open));
      return { ...(await recordItems(entries, outbox)), last, items };
    },
    moveTo({ last, items }: Page) {
      enumerated += countTogether(items, takeUpTo(last, ahead));
      return advance(last, enumerated);
    },
  };
}

async function recordItems(
  entries: readonly QueueEntry[],
  outbox: Outbox,
): Promise<Pick<Page, 'entries' | 'duplicates'>> {
  const recorded = await outbox.record(entries);
  const named = new Set(recorded.map(({ envelope }) => envelope.jobId));
  const leftOut = entries.filter(
    ({ envelope }) => envelope.key !== null && !named.has(envelope.jobId),
  );
  if (leftOut.length === 0) return { entries: recorded, duplicates: 0 };
  const known = await outbox.recordKnown(leftOut);
  return { entries: [...recorded, ...known.entries], duplicates: known.duplicates };
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
  const { payload, userId = null, key = null, deduplicationId = null, runAt } = request(item);
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
      ...{ key, unique: null, uniqueUntil: null, runAt: runAt?.getTime() ?? null },
      ...{ priority: null, maxAttempts: null, spent: null, deadlineMs: null, late: null },
      payload,
    },
    deduplicationId,
  };
}
