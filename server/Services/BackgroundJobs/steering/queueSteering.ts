import { DURABLE } from '../../../models/durable.ts';
import { storeTime } from '../../../models/serverFacts.ts';
import {
  type QueueDoc,
  type QueueLimits,
  QueueModel,
  type QueuePause,
} from '../../../models/system/QueueModel.ts';
import { unlessTaken } from '../../../models/unlessTaken.ts';
import type { Lanes } from '../enqueuing/lanes.ts';
import type { QueueDefinition } from '../queues/jobDefinition.ts';

/** What an administrator has set of a queue. It stands in MongoDB and outlasts Redis' data. */
export interface QueueSteering {
  paused: QueuePause | null;
  limits: QueueLimits;
  /** When it was drained, while jobs of before are left. */
  drainedAt: Date | null;
  /** No job begins before, by the store's clock. */
  heldUntil: Date | null;
}

const STEERING = { paused: 1, limits: 1, drainedAt: 1, heldUntil: 1 } as const;
type SteeringDoc = Pick<QueueDoc, keyof typeof STEERING>;

const NO_LIMITS: QueueLimits = { concurrency: null, maxConcurrency: null, rate: null };

/** The pause, the limits and the drain of each queue that has any, by name. */
export async function readSteering(): Promise<ReadonlyMap<string, QueueSteering>> {
  const docs = await QueueModel.find({}, STEERING).lean<({ _id: string } & SteeringDoc)[]>();
  return new Map(docs.map((doc) => [doc._id, steeringOf(doc)]));
}

/** The same of one queue; without a document nothing is set. */
export function steeringOf(doc: Partial<SteeringDoc> = {}): QueueSteering {
  return {
    paused: doc.paused ?? null,
    limits: { ...NO_LIMITS, ...doc.limits },
    drainedAt: doc.drainedAt ?? null,
    heldUntil: doc.heldUntil ?? null,
  };
}

/** Sets a queue's pause, durably; null opens it. */
export async function setPause(queue: string, paused: QueuePause | null): Promise<void> {
  await QueueModel.updateOne(
    { _id: queue },
    { $set: { paused } },
    { upsert: true, writeConcern: DURABLE },
  );
}

/**
 * Sets limits of a queue, durably, each for itself: two administrators who set different ones at once do not
 * undo each other. What is left out stays as it is.
 */
export async function setLimits(queue: string, limits: Partial<QueueLimits>): Promise<void> {
  const fields = Object.entries(limits).map(([name, limit]) => [`limits.${name}`, limit] as const);
  if (fields.length === 0) return;
  // A path into what is null cannot be set.
  await QueueModel.updateOne({ _id: queue, limits: null }, { $set: { limits: NO_LIMITS } });
  await QueueModel.updateOne(
    { _id: queue },
    { $set: Object.fromEntries(fields) },
    { upsert: true, writeConcern: DURABLE },
  );
}

/** Longer than a worker takes to read that a queue was drained. */
const HOLD_MS = 3_000;

/**
 * Says durably that the jobs that are in a queue now are to be cancelled, and holds the queue until every
 * worker knows it: none begins one of them. @returns when that was, by the store's clock.
 */
export async function markDrained(queue: string): Promise<Date> {
  const now = await storeTime();
  const heldUntil = new Date(now.getTime() + HOLD_MS);
  await QueueModel.updateOne(
    { _id: queue },
    { $set: { drainedAt: now, heldUntil } },
    { upsert: true, writeConcern: DURABLE },
  );
  return now;
}

/** No job is left that was there when the queue was drained at that instant. */
export async function markDrainEnded(queue: string, drainedAt: Date): Promise<void> {
  await QueueModel.updateOne({ _id: queue, drainedAt }, { $set: { drainedAt: null } });
}

/**
 * Gives the queues whose definition names a limit over all workers that limit, if nobody has set any limits of
 * them yet: what an administrator says later stands, no limit too.
 */
export async function setDefaultLimits(
  queues: readonly Pick<QueueDefinition, 'name' | 'maxConcurrency'>[],
): Promise<void> {
  for (const { name, maxConcurrency } of queues) {
    if (maxConcurrency === undefined) continue;
    // Processes that start together insert the same queue; one that has limits keeps them.
    await unlessTaken(() =>
      QueueModel.updateOne(
        { _id: name, limits: null },
        { $set: { limits: { ...NO_LIMITS, maxConcurrency } } },
        { upsert: true, writeConcern: DURABLE },
      ),
    );
  }
}

/**
 * Brings Redis to what MongoDB says of pauses and limits: after a change, and after Redis lost its data.
 * @returns the queues in which anything had to change.
 */
export async function applySteering(lanes: Lanes): Promise<string[]> {
  const steering = await readSteering();
  const isHeld = [...steering.values()].some(({ heldUntil }) => heldUntil !== null);
  const now = isHeld ? await storeTime() : new Date(0);
  const changed: string[] = [];
  const failures: unknown[] = [];
  for (const { queue } of lanes) {
    const { paused, limits, heldUntil } = steering.get(queue.name) ?? steeringOf();
    const { maxConcurrency, rate } = limits;
    try {
      const closed = paused !== null || (heldUntil !== null && heldUntil > now);
      const to = { paused: closed, maxConcurrency, rate };
      if (await queue.steer(to)) changed.push(queue.name);
    } catch (error) {
      failures.push(error);
    }
  }
  // One queue that cannot be opened must not hide the others; when all fail, Redis is away.
  if (failures.length > 0 && changed.length === 0 && failures.length === [...lanes].length) {
    throw failures[0];
  }
  return changed;
}
