import { setTimeout as wait } from 'node:timers/promises';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import type { Lane, Lanes } from '../enqueuing/lanes.ts';
import { PENDING_STATES } from '../recording/states.ts';

interface CountOptions {
  /** A record younger than this may be on its way into Redis, or from there. */
  graceMs: number;
  /** Between two looks: longer than an outcome takes from Redis to its record. */
  settleMs?: number;
}

const SETTLE_MS = 1_000;

/**
 * Whether records and queues disagree: in one of the queues Redis has fewer jobs pending than there are open
 * records older than the grace, or more than there are open records at all. While jobs flow the two are
 * never counted at one instant: only a difference that is the same at a second look counts. What is lost in a
 * flow that never rests is found among the oldest records, which are looked at one by one.
 * @throws AppError `REDIS_UNAVAILABLE`
 */
export async function countsDisagree(
  lanes: Lanes,
  { graceMs, settleMs = SETTLE_MS }: CountOptions,
): Promise<boolean> {
  const first = await differences([...lanes], graceMs);
  const suspects = [...lanes].filter(({ queue }) => first.get(queue.name) !== 0);
  if (suspects.length === 0) return false;
  await wait(settleMs);
  const second = await differences(suspects, graceMs);
  return suspects.some(({ queue }) => first.get(queue.name) === second.get(queue.name));
}

/** How many jobs too many, or too few, Redis has of each queue. */
async function differences(
  lanes: readonly Lane[],
  graceMs: number,
): Promise<ReadonlyMap<string, number>> {
  const pending = new Map<string, number>();
  // First: a job that ends in between is missing from the records then, and not from the queue.
  for (const { queue } of lanes) {
    const { waiting, active, delayed } = await queue.pendingCounts();
    pending.set(queue.name, waiting + active + delayed);
  }
  const old = { $lt: ['$updatedAt', new Date(Date.now() - graceMs)] };
  const open = await JobStatusModel.aggregate<{ _id: string; all: number; old: number }>([
    { $match: { status: { $in: [...PENDING_STATES] } } },
    { $group: { _id: '$queue', all: { $sum: 1 }, old: { $sum: { $cond: [old, 1, 0] } } } },
  ]);
  const openIn = new Map(open.map((counted) => [counted._id, counted]));
  return new Map(
    [...pending].map(([queue, jobs]) => {
      const counted = openIn.get(queue) ?? { all: 0, old: 0 };
      return [queue, Math.max(0, jobs - counted.all) + Math.min(0, jobs - counted.old)];
    }),
  );
}
