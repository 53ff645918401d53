import type { JobLog } from '../consuming/jobLog.ts';

/** Something that is done again and again until it is stopped. */
export interface Repetition {
  /** Stops; settles when a round under way has ended. */
  stop(): Promise<void>;
}

interface RepetitionOptions {
  /** What is done, for the log. */
  name: string;
  /** The pause between a round's end and the next; a function is asked each time. */
  intervalMs: number | (() => number);
  log: JobLog;
}

/**
 * Does something now and `intervalMs` after each round's end: rounds never overlap. A round that
 * throws is logged, once until one succeeds again, and does not stop the next.
 */
export function every(
  { name, intervalMs, log }: RepetitionOptions,
  round: () => Promise<void>,
): Repetition {
  let stopped = false;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();

  const wait = () => (typeof intervalMs === 'number' ? intervalMs : intervalMs());
  const next = () => {
    underWay = round()
      .then(
        () => {
          if (failing) log.info(`${name}: works again`);
          failing = false;
        },
        (error: unknown) => {
          if (!failing)
            log.warn(`${name}: failed, tried again every ${Math.round(wait())} ms`, { error });
          failing = true;
        },
      )
      .then(() => {
        if (!stopped) timer = setTimeout(next, wait());
      });
  };
  next();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      return underWay;
    },
  };
}
