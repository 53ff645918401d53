import { LRUCache } from 'lru-cache';

const MINUTE_MS = 60_000;

interface Bucket {
  level: number;
  at: number;
}

interface BucketsOptions {
  leakPerMinute: number;
  /** A bucket leaks when nothing has come for this long: what comes in a row is counted in full. */
  restMs: number;
  /** How many are remembered; beyond that the one not touched for longest is forgotten. */
  capacity: number;
  /** Milliseconds on a clock that never goes back. */
  now?: () => number;
}

/** Leaky buckets (the algorithm as a meter), one for each key. An empty one takes no memory. */
export interface LeakyBuckets {
  /** How full the key's bucket is at this moment. */
  level(key: string): number;
  /** Pours `amount` in; a negative one takes back what was poured in before. */
  pour(key: string, amount: number): void;
}

/** Makes buckets in this process's memory, bounded by `capacity`. */
export function createLeakyBuckets({
  leakPerMinute,
  restMs,
  capacity,
  now = () => performance.now(),
}: BucketsOptions): LeakyBuckets {
  const buckets = new LRUCache<string, Bucket>({ max: capacity });

  function level(key: string): number {
    const bucket = buckets.get(key);
    if (bucket === undefined) return 0;
    const leaking = Math.max(0, now() - bucket.at - restMs);
    return Math.max(0, bucket.level - (leaking / MINUTE_MS) * leakPerMinute);
  }

  return {
    level,
    pour(key, amount) {
      const after = level(key) + amount;
      if (after <= 0) buckets.delete(key);
      else buckets.set(key, { level: after, at: now() });
    },
  };
}
