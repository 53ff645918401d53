import { isDuplicateKey } from '../../../models/mongoErrors.ts';
import { type QueueDoc, QueueModel } from '../../../models/system/QueueModel.ts';

/** Records, outside Redis, that a job of the queue completed at this instant. */
export async function noteCompletion(queue: string, at: Date): Promise<void> {
  await upsert({ _id: queue }, { $max: { lastCompletedAt: at } });
}

/** Records, outside Redis, that a worker has taken a job of the queue by this instant. */
export async function noteTaking(queue: string, at: Date): Promise<void> {
  await upsert({ _id: queue }, { $max: { lastTakenAt: at } });
}

/** Records that a job was begun at this instant, unless one was that no end has followed yet. */
export async function noteBegun(queue: string, at: Date): Promise<void> {
  await upsert({ _id: queue, endlessSince: null }, { $set: { endlessSince: at } });
}

/** Records that an attempt of a job has ended, completed or failed. */
export async function noteEnd(queue: string): Promise<void> {
  await QueueModel.updateOne(
    { _id: queue, endlessSince: { $ne: null } },
    { $set: { endlessSince: null } },
  );
}

/**
 * Records that a canary is under way. One that is under way already keeps its time, unless jobs
 * have flowed since: then its return was not noted, and it proves nothing any more.
 */
export async function noteCanarySent(
  queue: string,
  at: Date,
  flowedAt: Date | null = null,
): Promise<void> {
  const replaced = flowedAt === null ? null : { $not: { $gt: flowedAt } };
  await upsert({ _id: queue, canarySentAt: replaced }, { $set: { canarySentAt: at } });
}

/** When jobs last flowed: one was taken, one completed, or a canary came back; null if never. */
export function lastFlow(
  doc: Partial<Pick<QueueDoc, 'lastTakenAt' | 'lastCompletedAt' | 'canary'>>,
): Date | null {
  const signs = [doc.lastTakenAt, doc.lastCompletedAt, doc.canary?.doneAt];
  const times = signs.flatMap((sign) => (sign ? [sign.getTime()] : []));
  return times.length === 0 ? null : new Date(Math.max(...times));
}

/** Records that the queue's canary went through, on this worker. */
export async function noteCanaryReturn(
  queue: string,
  { sentAt, doneAt, worker }: { sentAt: Date; doneAt: Date; worker: string },
): Promise<void> {
  // Sent by another machine's clock, which may be ahead of this one's.
  const roundTripMs = Math.max(0, doneAt.getTime() - sentAt.getTime());
  await upsert(
    { _id: queue },
    { $set: { canarySentAt: null, canary: { sentAt, doneAt, roundTripMs, worker } } },
  );
}

/** What is known of these queues, by name. */
export async function readFlow(queues: readonly string[]): Promise<ReadonlyMap<string, QueueDoc>> {
  const docs = await QueueModel.find({ _id: { $in: queues } }).lean<QueueDoc[]>();
  return new Map(docs.map((doc) => [doc._id, doc]));
}

/** Where the upsert lost a race, or the condition is not met, the document is there: updated if it
 * meets the condition. */
async function upsert(
  filter: { _id: string; canarySentAt?: null | { $not: { $gt: Date } }; endlessSince?: null },
  update: object,
): Promise<void> {
  try {
    await QueueModel.updateOne(filter, update, { upsert: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await QueueModel.updateOne(filter, update);
  }
}
