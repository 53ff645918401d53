import { DURABLE } from '../../../models/durable.ts';
import {
  type QueueDoc,
  type QueueLimits,
  QueueModel,
  type QueuePause,
} from '../../../models/system/QueueModel.ts';
import type { Lanes } from '../enqueuing/lanes.ts';

/** What an administrator has set of a queue. It stands in MongoDB and outlasts Redis' data. */
export interface QueueSteering {
  paused: QueuePause | null;
  limits: QueueLimits;
}

const NO_LIMITS: QueueLimits = { concurrency: null, maxConcurrency: null, rate: null };

/** What is set of each queue that anything is set of, by name. */
export async function readSteering(): Promise<ReadonlyMap<string, QueueSteering>> {
  const docs = await QueueModel.find({}, { paused: 1, limits: 1 }).lean<
    Pick<QueueDoc, '_id' | 'paused' | 'limits'>[]
  >();
  return new Map(docs.map((doc) => [doc._id, steeringOf(doc)]));
}

/** What is set of a queue of which nothing is known. */
export function steeringOf(doc: Partial<Pick<QueueDoc, 'paused' | 'limits'>> = {}): QueueSteering {
  return { paused: doc.paused ?? null, limits: { ...NO_LIMITS, ...doc.limits } };
}

/** Sets a queue's pause, durably; null opens it. */
export async function setPause(queue: string, paused: QueuePause | null): Promise<void> {
  await QueueModel.updateOne(
    { _id: queue },
    { $set: { paused } },
    { upsert: true, writeConcern: DURABLE },
  );
}

/** Sets a queue's limits, durably. */
export async function setLimits(queue: string, limits: QueueLimits): Promise<void> {
  await QueueModel.updateOne(
    { _id: queue },
    { $set: { limits } },
    { upsert: true, writeConcern: DURABLE },
  );
}

/**
 * Brings Redis to what MongoDB says of pauses and limits: after a change, and after Redis lost its data.
 * @returns the queues in which anything had to change.
 */
export async function applySteering(lanes: Lanes): Promise<string[]> {
  const steering = await readSteering();
  const changed: string[] = [];
  const failures: unknown[] = [];
  for (const { queue } of lanes) {
    const { paused, limits } = steering.get(queue.name) ?? steeringOf();
    const { maxConcurrency, rate } = limits;
    try {
      const to = { paused: paused !== null, maxConcurrency, rate };
      if (await queue.steer(to)) changed.push(queue.name);
    } catch (error) {
      failures.push(error);
    }
  }
  // Of one queue that could not be opened the others know nothing; of a Redis that is away all do.
  if (failures.length > 0 && changed.length === 0 && failures.length === [...lanes].length) {
    throw failures[0];
  }
  return changed;
}
