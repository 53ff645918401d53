import type { JobLog } from '../consuming/jobLog.ts';
import { every } from '../scheduling/every.ts';
import { type Look, stuckDetector } from './stuck.ts';

interface WatchdogOptions {
  queue: string;
  /** Null while nothing can be seen, as when Redis is away. */
  look: () => Promise<Omit<Look, 'at'> | null>;
  /** How long work may wait untouched. */
  limitMs: number;
  log: JobLog;
  /** Called once, when the worker takes no work that waits for it. */
  onStuck: () => void;
}

const LOOKS_PER_LIMIT = 6;

/**
 * Watches that a worker takes the work that waits for it; a connection alone proves nothing.
 * Stopping it does not wait for a look under way, which may hang with Redis.
 */
export function startWatchdog(options: WatchdogOptions): { stop(): void } {
  const { queue, limitMs, log } = options;
  const intervalMs = Math.ceil(limitMs / LOOKS_PER_LIMIT);
  const isStuck = stuckDetector({ limitMs, maxGapMs: 3 * intervalMs });
  let called = false;
  const watching = every({ name: `Watchdog of ${queue}`, intervalMs, log }, async () => {
    const seen = await options.look();
    if (seen === null || !isStuck({ at: Date.now(), ...seen }) || called) return;
    called = true;
    log.error('This worker took nothing while jobs waited: it stops, to be started anew', {
      queue,
      forMs: limitMs,
    });
    options.onStuck();
  });
  return {
    stop() {
      void watching.stop();
    },
  };
}
