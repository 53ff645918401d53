import type { Redis } from 'ioredis';
import { WorkerModel } from '../../../models/system/WorkerModel.ts';

/**
 * Why all records should be held against the queue now, and not only when counts disagree:
 * Redis has lost its mark (it was wiped, or an empty one took over), or a worker ended without
 * farewell since the last look.
 */
export interface Alarms {
  ring(): Promise<boolean>;
  /** Called when all was looked through: until the next cause, counts are enough. */
  reset(): Promise<void>;
}

/** A heartbeat this old belongs to a worker that is gone. */
const SILENT_MS = 20_000;

/** Keeps the mark in Redis, and in memory which silent workers were seen to. */
export function createAlarms(redis: Redis, prefix: string): Alarms {
  const key = `${prefix}:epoch`;
  const seenTo = new Set<string>();
  let silent: string[] = [];
  return {
    async ring() {
      const mark = await redis.get(key);
      const gone = await WorkerModel.find(
        { farewellAt: null, lastSeenAt: { $lt: new Date(Date.now() - SILENT_MS) } },
        { _id: 1 },
      ).lean();
      silent = gone.map(({ _id }) => _id);
      return mark === null || silent.some((name) => !seenTo.has(name));
    },
    async reset() {
      for (const name of silent) seenTo.add(name);
      await redis.set(key, new Date().toISOString(), 'NX');
    },
  };
}
