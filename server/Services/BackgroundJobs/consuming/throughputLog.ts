import type { JobLog } from './jobLog.ts';

/** Counts what a worker ends, and says so now and then: a line a job would bury all others. */
export interface ThroughputLog {
  ended(status: 'completed' | 'failed' | 'delayed'): void;
  stop(): void;
}

/** Writes a line every `intervalMs` in which anything ended, and none while the worker is idle. */
export function startThroughputLog(queue: string, intervalMs: number, log: JobLog): ThroughputLog {
  let counts = { completed: 0, failed: 0, delayed: 0 };
  const say = () => {
    const { completed, failed, delayed } = counts;
    if (completed + failed + delayed === 0) return;
    const perSecond = Number(((completed + failed) / (intervalMs / 1000)).toFixed(1));
    log.info('Jobs done', { queue, completed, failed, toBeRetried: delayed, perSecond });
    counts = { completed: 0, failed: 0, delayed: 0 };
  };
  const timer = setInterval(say, intervalMs);
  return {
    ended(status) {
      counts[status] += 1;
    },
    stop() {
      clearInterval(timer);
      say();
    },
  };
}
