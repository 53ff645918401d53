import type { Numbers } from '../api/shapes.ts';

export const GRAINS = ['minute', 'hour', 'day'] as const;
export type Grain = (typeof GRAINS)[number];

const BUCKET_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const BUCKETS = { minute: 60, hour: 24, day: 30 } as const;

/** What one minute, hour or day came to. */
export interface Bucket {
  /** When it begins, in milliseconds. */
  at: number;
  completed: number;
  failed: number;
}

/**
 * The newest minutes, hours or days, oldest first, summed over all queues. The API leaves out those in which
 * nothing happened; here they are included, with zeros.
 */
export function bucketsOf(items: readonly Numbers[], by: Grain, now: number): Bucket[] {
  const size = BUCKET_MS[by];
  const last = Math.floor(now / size) * size;
  const buckets = Array.from({ length: BUCKETS[by] }, (_, place) => ({
    ...{ at: last - (BUCKETS[by] - 1 - place) * size, completed: 0, failed: 0 },
  }));
  const byTime = new Map(buckets.map((bucket) => [bucket.at, bucket]));
  for (const { at, completed, failed } of items) {
    const bucket = byTime.get(Date.parse(at));
    if (bucket === undefined) continue;
    bucket.completed += completed;
    bucket.failed += failed;
  }
  return buckets;
}
