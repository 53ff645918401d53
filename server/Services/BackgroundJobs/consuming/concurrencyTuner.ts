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
/** Enough for what jobs read and write to go together; work that gains nothing by it comes down. */
export const FIRST_LIMIT = 32;
/** Twice as many jobs at once are worth the wait of each if this much more is done. */
const WORTH_DOUBLING = 1.05;
/** Half as many are better if not more than this is lost: noise alone takes that much. */
const WORTH_HALVING = 0.97;
/** A rate is known after this long and from this many completions for each job at once. */
const LEAST_MS = 800;
const COMPLETIONS_PER_JOB = 2;
const LEAST_COMPLETIONS = 20;
const FIRST_HOLD_MS = 2_000;
const LONGEST_HOLD_MS = 30_000;

/** Another level that is tried. */
interface Trial {
  limit: number;
  /** Null until it is known. */
  rate: number | null;
  /** The present level, and its rate before the trial. */
  from: { limit: number; rate: number };
}

/**
 * From time to time it tries twice as many jobs at once, then half as many, and goes on in a direction that is
 * worth it: the work may have changed, and a service that answers slowly when it is asked too much is asked less.
 * A level is compared with what was completed at the present one right before and right after it, and has to
 * be better than both: other processes on the machine make rates waver by more than a level is worth.
 * CPU-bound work, which gains nothing by more jobs at once, ends at two.
 */
export function createConcurrencyTuner(): ConcurrencyTuner {
  let limit = FIRST_LIMIT;
  let trial: Trial | null = null;
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
    trial = null;
    startMeasuring();
  }

  /** Stays where it is for a while, and then tries the other direction. */
  function settle(): void {
    triesUp = !triesUp;
    hold();
  }

  function tryNext(rate: number): void {
    const next = triesUp
      ? Math.min(MAX_CONCURRENCY, 2 * limit)
      : Math.max(MIN_CONCURRENCY, Math.floor(limit / 2));
    if (next === limit) {
      settle();
      return;
    }
    trial = { limit: next, rate: null, from: { limit, rate } };
    moveTo(next);
  }

  function judge(rate: number): void {
    if (trial === null) {
      tryNext(rate);
    } else if (trial.rate === null) {
      trial.rate = rate;
      moveTo(trial.from.limit);
      if (!isWorth(rate, trial.from.rate)) settle();
    } else if (isWorth(trial.rate, rate)) {
      moveTo(trial.limit);
      trial = null;
      nextHoldMs = FIRST_HOLD_MS;
    } else {
      settle();
    }
  }

  function isWorth(rate: number, present: number): boolean {
    return rate >= (triesUp ? WORTH_DOUBLING : WORTH_HALVING) * present;
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
        if (trial?.rate === null) moveTo(trial.from.limit);
        else startMeasuring();
        trial = null;
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
