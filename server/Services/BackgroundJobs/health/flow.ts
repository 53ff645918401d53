import { isDuplicateKey } from '../../../models/mongoErrors.ts';
import { type QueueDoc, QueueModel } from '../../../models/system/QueueModel.ts';

/** Records, outside Redis, that a job of the queue completed at this instant. */
export async function noteCompletion(queue: string, at: Date): Promise<void> {
  await upsert({ _id: queue }, { $max: { lastCompletedAt: at } });
}

/** Records that a canary is under way; one that is under way already keeps its time. */
export async function noteCanarySent(queue: string, at: Date): Promise<void> {
  await upsert({ _id: queue, canarySentAt: null }, { $set: { canarySentAt: at } });
}

/** Records that the queue's canary went through, on this worker. */
export async function noteCanaryReturn(
  queue: string,
  { sentAt, doneAt, worker }: { sentAt: Date; doneAt: Date; worker: string },
): Promise<void> {
  const roundTripMs = doneAt.getTime() - sentAt.getTime();
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
async function upsert(filter: { _id: string; canarySentAt?: null }, update: object): Promise<void> {
  try {
    await QueueModel.updateOne(filter, update, { upsert: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await QueueModel.updateOne(filter, update);
  }
}
