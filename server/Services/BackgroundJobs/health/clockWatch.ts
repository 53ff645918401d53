import type { JobLog } from '../consuming/jobLog.ts';
import { every } from '../scheduling/every.ts';
import { type ClockSetBack, clockSetBack, setBackText } from './clockSetBack.ts';

interface ClockWatchOptions {
  log: JobLog;
  /** How often the clock is compared with the time that has elapsed. */
  intervalMs?: number;
  /** This machine's clock, in milliseconds since 1970. */
  wall?: () => number;
  /** Milliseconds that no setting of a clock moves. */
  elapsed?: () => number;
  /** What the ledgers show of the clock. */
  look?: () => Promise<ClockSetBack | null>;
}

const LOOK_MS = 60_000;
/** Beyond what a time service corrects by slewing, which is half a millisecond a second. */
const STEP_MS = 1_000;

/**
 * Tells in the log when this machine's clock is set while the process runs, and, also after a start,
 * when it stands before what the ledgers hold; once each, and when that is over.
 */
export function startClockWatch({
  log,
  intervalMs = 1_000,
  wall = Date.now,
  elapsed = () => performance.now(),
  look = clockSetBack,
}: ClockWatchOptions): { stop(): Promise<void> } {
  let offset = wall() - elapsed();
  const compare = () => {
    const now = wall() - elapsed();
    const stepMs = now - offset;
    offset = now;
    if (Math.abs(stepMs) >= STEP_MS) tellStep(stepMs, log);
  };
  const comparing = setInterval(compare, intervalMs).unref();

  let isBehind = false;
  const looking = every({ name: 'The look at the clock', intervalMs: LOOK_MS, log }, async () => {
    const setBack = await look();
    if (setBack !== null && !isBehind) log.warn(setBackText(setBack), { byMs: setBack.byMs });
    if (setBack === null && isBehind)
      log.info('This machine’s clock has passed the newest run again');
    isBehind = setBack !== null;
  });
  return {
    stop() {
      clearInterval(comparing);
      return looking.stop();
    },
  };
}

function tellStep(stepMs: number, log: JobLog): void {
  const seconds = Math.round(Math.abs(stepMs) / 1000);
  const text =
    stepMs < 0
      ? `This machine’s clock was set back by ${seconds} s: slots that it passes again begin no second run.`
      : `This machine’s clock was set forward by ${seconds} s, or the machine slept: slots in between count as missed.`;
  log.warn(`${text} A time service keeps it right: sudo timedatectl set-ntp true`, { stepMs });
}
