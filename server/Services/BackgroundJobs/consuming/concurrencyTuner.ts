/** What a worker did since the last look. */
export interface WorkSample {
  elapsedMs: number;
  /** Jobs that completed: what failed is no throughput. */
  completed: number;
  /** Whether more jobs waited all the time: else it was not the limit that held them up. */
  isSaturated: boolean;
  /** Whether the jobs' own computing held the event loop up for long. */
  isLoopBlocked: boolean;
}

/** Looks for the number of jobs at once that completes the most of them. */
export interface ConcurrencyTuner {
  readonly limit: number;
  /** Takes what was seen under the present limit. @returns the limit from now on. */
  look(sample: WorkSample): number;
}

const MIN_CONCURRENCY = 2;
const MAX_CONCURRENCY = 128;
export const FIRST_LIMIT = 8;
/** Twice as many jobs at once are worth the wait of each if this much more is done. */
const WORTH_DOUBLING = 1.05;
/** Half as many are better if not more than this is lost: noise alone takes that much. */
const WORTH_HALVING = 0.97;
/** A rate is known after this long and from this many completions for each job at once. */
const LEAST_MS = 400;
const COMPLETIONS_PER_JOB = 3;
const LEAST_COMPLETIONS = 20;
const FIRST_HOLD_MS = 2_000;
const LONGEST_HOLD_MS = 30_000;

/**
 * Climbs by doubling while throughput grows each time, and settles on the last level that
 * did. From time to time it tries the next level above, then that below, for the work may have changed:
 * a service that answers slowly when it is asked too much is asked less. Levels are compared by what was
 * completed in the same minute, never by a target: CPU-bound work, which gains nothing, ends at two.
 */
export function createConcurrencyTuner(): ConcurrencyTuner {
  let limit = FIRST_LIMIT;
  /** The level that the present one is compared with. */
  let base: { limit: number; rate: number } | null = null;
  /** Jobs begun under another limit that are still to end: they say nothing of this one. */
  let leftovers = 0;
  let measuredMs = 0;
  let completed = 0;
  let holdMs = 0;
  let nextHoldMs = FIRST_HOLD_MS;
  let triesUp = true;

  function moveTo(next: number): void {
    leftovers = limit;
    limit = next;
    startMeasuring();
  }

  function startMeasuring(): void {
    measuredMs = 0;
    completed = 0;
  }

  function hold(): void {
    holdMs = nextHoldMs;
    nextHoldMs = Math.min(LONGEST_HOLD_MS, 2 * nextHoldMs);
    base = null;
    startMeasuring();
  }

  function nextLevel(): number {
    return triesUp ? Math.min(MAX_CONCURRENCY, 2 * limit) : Math.max(MIN_CONCURRENCY, limit / 2);
  }

  function judge(rate: number): void {
    if (base === null || base.limit === limit) {
      base = { limit, rate };
    } else {
      const worth = limit > base.limit ? WORTH_DOUBLING : WORTH_HALVING;
      if (rate < worth * base.rate) {
        moveTo(base.limit);
        settle();
        return;
      }
      base = { limit, rate };
      nextHoldMs = FIRST_HOLD_MS;
    }
    const next = nextLevel();
    if (next === limit) settle();
    else moveTo(next);
  }

  /** Stays where it is for a while, and then tries the other direction. */
  function settle(): void {
    triesUp = !triesUp;
    hold();
  }

  return {
    get limit() {
      return limit;
    },
    look(sample) {
      if (sample.isLoopBlocked && limit > MIN_CONCURRENCY) {
        moveTo(Math.max(MIN_CONCURRENCY, Math.floor(limit / 2)));
        triesUp = true;
        hold();
        return limit;
      }
      holdMs = Math.max(0, holdMs - sample.elapsedMs);
      if (!sample.isSaturated) {
        // A measurement while there was too little to do is compared with no other.
        base = null;
        startMeasuring();
        return limit;
      }
      if (leftovers > 0) {
        leftovers = Math.max(0, leftovers - sample.completed);
        return limit;
      }
      measuredMs += sample.elapsedMs;
      completed += sample.completed;
      const isKnown =
        measuredMs >= LEAST_MS &&
        completed >= Math.max(LEAST_COMPLETIONS, COMPLETIONS_PER_JOB * limit);
      if (holdMs > 0) startMeasuring();
      else if (isKnown) judge(completed / measuredMs);
      return limit;
    },
  };
}
