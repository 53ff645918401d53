/** How many jobs of a run had ended at an instant, in milliseconds since 1970. */
export interface Sample {
  at: number;
  ended: number;
}

const LEAST_MS = 2_000;

/**
 * How fast jobs end, between the first sample and the last, and how long those that are left take at
 * that pace; null as long as the samples say nothing of it.
 */
export function paceOf(
  samples: readonly Sample[],
  left: number,
): { perSecond: number; leftMs: number } | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return null;
  const perSecond = ((last.ended - first.ended) / (last.at - first.at)) * 1_000;
  return perSecond > 0 ? { perSecond, leftMs: (left / perSecond) * 1_000 } : null;
}
