import { chunksOf } from '../../../config/chunksOf.ts';
import { groupBy } from '../../../config/groupBy.ts';
import { ownTurn } from '../../../config/ownTurn.ts';
import { DURABLE } from '../../../models/durable.ts';
import { retryLostRaces } from '../../../models/lostRaces.ts';
import { setEach } from '../../../models/setEach.ts';
import { insertJobRecords } from '../../../models/system/insertJobRecords.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { jobRecords } from '../../../models/system/jobRecords.ts';
import { tally } from '../numbers/tally.ts';
import { generationOf, jobIdOf, queueJobId } from '../queues/envelope.ts';
import type { JobQueue, QueueEntry } from '../queues/jobQueue.ts';
import { isRedisUnavailable } from '../queues/redisErrors.ts';
import { daysAfter } from '../recording/expiry.ts';
import { sourcesOf } from '../recording/states.ts';
import { handedOverLate, newRecord } from './entries.ts';
import { type KnownItems, recordKnown } from './recordKnown.ts';

/** What became of entries handed to the queue. */
export interface HandOver {
  enqueued: number;
  duplicates: number;
  /** Redis refused them: they stay `queued` in their records, and the reconciler adds them. */
  notEnqueued: number;
}

interface OutboxOptions {
  queue: Pick<JobQueue, 'name' | 'add' | 'remove'>;
  duplicateRetentionDays: number;
}

/** Records jobs before they are queued, and queues what was recorded: nothing is lost between. */
export interface Outbox {
  /**
   * Makes a `queued` record for each entry that has none, durably.
   * @returns the entries that are still to be queued: an entry whose record has moved on is left
   * out, as is one whose key or unique another job holds, and one put anew since carries its record's
   * generation.
   */
  record(entries: readonly QueueEntry[]): Promise<QueueEntry[]>;
  /**
   * Records those items of a run that `record` left out because another job holds their key, as its
   * duplicates.
   * @returns how many became duplicates, and what is to be queued after all.
   */
  recordKnown(entries: readonly QueueEntry[]): Promise<KnownItems>;
  /**
   * Hands recorded entries to the queue in batches, a few in flight, and marks the duplicates.
   * @param mayGoOn asked before each batch: from the first no on, nothing more is handed over. What
   * another producer has settled meanwhile would be done though its record says otherwise.
   */
  enqueue(
    entries: readonly QueueEntry[],
    batchSize: number,
    mayGoOn?: () => boolean,
  ): Promise<HandOver>;
  /**
   * Hands over again what Redis refused of this process: to be called when it is back, so that those
   * jobs need not wait for the reconciler.
   * @throws when MongoDB is away; then they do wait for it.
   */
  enqueueRefused(batchSize: number): Promise<void>;
}

/** Bounds the memory that a long outage may take; what is beyond is the reconciler's. */
const MAX_REFUSED = 10_000;
const BATCHES_IN_FLIGHT = 4;

/** The outbox of one queue. */
export function createOutbox({ queue, duplicateRetentionDays }: OutboxOptions): Outbox {
  let refused: QueueEntry[] = [];
  const outbox: Outbox = {
    record: (entries) => recordEntries(queue.name, entries),
    recordKnown: (entries) => recordKnown(queue.name, entries, duplicateRetentionDays),
    async enqueueRefused(batchSize) {
      const entries = refused;
      refused = [];
      await outbox.enqueue((await stillQueued(entries)).map(handedOverLate), batchSize);
    },
    async enqueue(entries, batchSize, mayGoOn = () => true) {
      const batches = chunksOf(entries, batchSize);
      const total: HandOver = { enqueued: 0, duplicates: 0, notEnqueued: 0 };
      const worker = async () => {
        for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
          // Batches whose round trips end together would keep requests waiting for all of them.
          await ownTurn();
          if (!mayGoOn()) return;
          const part = await enqueueBatch(queue, batch, duplicateRetentionDays);
          total.enqueued += part.enqueued;
          total.duplicates += part.duplicates;
          total.notEnqueued += part.notEnqueued;
          refused.push(...part.refused.slice(0, MAX_REFUSED - refused.length));
        }
      };
      await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, worker));
      return total;
    },
  };
  return outbox;
}

async function recordEntries(
  queueName: string,
  entries: readonly QueueEntry[],
): Promise<QueueEntry[]> {
  if (entries.length === 0) return [];
  const now = new Date();
  const known = await insertJobRecords(entries.map((entry) => newRecord(queueName, entry, now)));
  const there = entries.filter((_, position) => known.has(position));
  const fresh = entries.filter((_, position) => !known.has(position));
  for (const { envelope } of fresh) {
    tally({ queue: queueName, kind: envelope.kind }, { accepted: 1 });
  }
  return [...fresh, ...(await stillQueued(there))];
}

async function stillQueued(entries: readonly QueueEntry[]): Promise<QueueEntry[]> {
  if (entries.length === 0) return [];
  const queued = await JobStatusModel.find(
    { _id: { $in: entries.map(({ envelope }) => envelope.jobId) }, status: 'queued' },
    { generation: 1 },
  )
    .batchSize(entries.length + 1)
    .lean();
  const generations = new Map(queued.map(({ _id, generation }) => [_id, generation]));
  return entries.flatMap((entry) => {
    const generation = generations.get(entry.envelope.jobId);
    return generation === undefined
      ? []
      : [{ ...entry, envelope: { ...entry.envelope, generation } }];
  });
}

async function enqueueBatch(
  queue: Pick<JobQueue, 'name' | 'add' | 'remove'>,
  batch: readonly QueueEntry[],
  duplicateRetentionDays: number,
): Promise<HandOver & { refused: readonly QueueEntry[] }> {
  let answers: string[];
  try {
    answers = await queue.add(batch);
  } catch (error) {
    if (!isRedisUnavailable(error)) throw error;
    return { enqueued: 0, duplicates: 0, notEnqueued: batch.length, refused: batch };
  }
  const duplicates: { entry: QueueEntry; of: string }[] = [];
  const superseded: string[] = [];
  for (const [position, entry] of batch.entries()) {
    const holder = answers[position] ?? '';
    const { jobId, generation } = entry.envelope;
    if (holder === queueJobId(jobId, generation)) continue;
    if (jobIdOf(holder) !== jobId) duplicates.push({ entry, of: jobIdOf(holder) });
    // A newer one was put in since the record was read: the job stands in the queue.
    else if (generationOf(holder) < generation) superseded.push(holder);
  }
  await markDuplicates(queue.name, duplicates, duplicateRetentionDays);
  // An older generation of the job itself still holds its place. Once it is gone, the
  // reconciler puts the job in anew; a worker that has it at this moment ends it first.
  await queue.remove(superseded);
  return {
    enqueued: batch.length - duplicates.length - superseded.length,
    duplicates: duplicates.length,
    notEnqueued: superseded.length,
    refused: [],
  };
}

async function markDuplicates(
  queue: string,
  duplicates: readonly { entry: QueueEntry; of: string }[],
  retentionDays: number,
): Promise<void> {
  if (duplicates.length === 0) return;
  const now = new Date();
  const expiresAt = daysAfter(now, retentionDays);
  const ended = { status: 'duplicate', finishedAt: now, updatedAt: now, expiresAt };
  const ofOneGeneration = groupBy(duplicates, ({ entry }) => entry.envelope.generation);
  const writes = [...ofOneGeneration].map(([generation, group]) =>
    setEach(
      group.map(({ entry, of }) => ({
        key: entry.envelope.jobId,
        fields: { ...ended, duplicateOf: of },
      })),
      {
        by: '_id',
        unless: [{ generation: { $ne: generation } }, { status: { $nin: sourcesOf('duplicate') } }],
        // A job that is done by another stands for its key no more.
        unset: ['keyHeld'],
      },
    ),
  );
  const { modifiedCount } = await retryLostRaces(() =>
    jobRecords().bulkWrite(writes, { ordered: false, writeConcern: DURABLE }),
  );
  for (const { entry } of duplicates.slice(0, modifiedCount)) {
    tally({ queue, kind: entry.envelope.kind }, { duplicates: 1 });
  }
}
