import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LimitedWorker } from '../steering/followLimits.ts';
import { createConcurrencyTuner, FIRST_LIMIT } from './concurrencyTuner.ts';
import type { JobLog } from './jobLog.ts';
import type { QueueWorker } from './queueWorker.ts';

/** A worker held to its jobs at once: as configured, or as an administrator says. */
export interface HeldWorker extends LimitedWorker {
  stop(): Promise<void>;
}

interface HoldOptions {
  worker: Pick<QueueWorker, 'queue' | 'activity' | 'limit'>;
  log: JobLog;
}

/** What is configured: a number of jobs at once, or `auto` for as many as complete the most of them. */
export type Concurrency = number | 'auto';

/** How many jobs at once a worker begins with. */
export function firstConcurrency(concurrency: Concurrency): number {
  return concurrency === 'auto' ? FIRST_LIMIT : concurrency;
}

/** Holds a worker to a number of jobs at once, or to as many as complete the most of them. */
export function holdConcurrency(concurrency: Concurrency, options: HoldOptions): HeldWorker {
  return concurrency === 'auto' ? adaptConcurrency(options) : fixConcurrency(concurrency, options);
}

function fixConcurrency(configured: number, { worker, log }: HoldOptions): HeldWorker {
  const { queue } = worker;
  return {
    queue,
    limit(wanted) {
      const concurrency = wanted ?? configured;
      if (worker.limit(concurrency)) log.info(CHANGED, { queue, concurrency });
    },
    stop: () => Promise.resolve(),
  };
}

const CHANGED = 'Jobs at once were changed';
const LOOK_MS = 200;
const LOOP_RESOLUTION_MS = 10;
const NANOSECONDS_PER_MS = 1e6;

function adaptConcurrency({ worker, log }: HoldOptions): HeldWorker {
  const { queue } = worker;
  const tuner = createConcurrencyTuner();
  const loop = watchLoop();
  let fixed: number | null = null;
  let before = { at: Date.now(), completed: worker.activity().completed };

  const timer = setInterval(() => {
    const { completed, sawEmptyAt } = worker.activity();
    const now = { at: Date.now(), completed };
    const sample = {
      elapsedMs: now.at - before.at,
      completed: now.completed - before.completed,
      isSaturated: sawEmptyAt < before.at,
      isLoopBlocked: loop.isBlocked(),
    };
    before = now;
    if (fixed !== null) return;
    const limit = tuner.limit;
    if (tuner.look(sample) === limit) return;
    worker.limit(tuner.limit);
    log.debug(CHANGED, { queue, concurrency: tuner.limit });
  }, LOOK_MS);

  return {
    queue,
    limit(wanted) {
      if (wanted === fixed) return;
      fixed = wanted;
      const concurrency = wanted ?? tuner.limit;
      if (worker.limit(concurrency)) log.info(CHANGED, { queue, concurrency });
    },
    async stop() {
      clearInterval(timer);
      loop.stop();
    },
  };
}

/** When the event loop is late by more than this on average, jobs only wait for each other's computing. */
const LATE_LOOP_MS = 100;
/** A process that uses less of a processor than this is kept from running by others: the delay is theirs. */
const COMPUTES = 0.8;

/** Sees whether this process' own computing held its event loop up since it was asked last. */
function watchLoop() {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delay.enable();
  let since = { at: performance.now(), cpu: process.cpuUsage() };
  return {
    isBlocked() {
      const { user, system } = process.cpuUsage(since.cpu);
      const share = (user + system) / 1000 / (performance.now() - since.at);
      const delayMs = delay.mean / NANOSECONDS_PER_MS - LOOP_RESOLUTION_MS;
      since = { at: performance.now(), cpu: process.cpuUsage() };
      delay.reset();
      return delayMs > LATE_LOOP_MS && share > COMPUTES;
    },
    stop: () => void delay.disable(),
  };
}
