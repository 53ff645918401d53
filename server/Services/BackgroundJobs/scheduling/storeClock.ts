import { storeTime } from '../../../models/serverFacts.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import { every, type Repetition } from './every.ts';

/** The database's clock, read in this process. */
export interface StoreClock {
  /** @throws when the database cannot be asked and has not been asked before. */
  now(): Promise<Date>;
}

interface StoreClockOptions {
  log: JobLog;
  /** Asks the database. */
  ask?: () => Promise<Date>;
  /** Milliseconds that no setting of a clock moves. */
  elapsed?: () => number;
  /** This machine's clock, epoch milliseconds. */
  machine?: () => number;
}

const MEASURED_EVERY_MS = 10_000;
/** How far two clocks may part in each millisecond: more than crystals do. */
const DRIFT = 100e-6;
const NOTICEABLE_MS = 1_000;

/**
 * The clock by which all processes agree on slots. An answer may be wrong by half of the time that it took
 * (Cristian, “Probabilistic clock synchronization”, 1989): the one that says most is kept. The database is asked each ten seconds; in
 * between, time that has elapsed is added, so that setting this machine's clock changes nothing.
 * A machine that is more than a second off is told of in the log, once.
 */
export function createStoreClock({
  log,
  ask = storeTime,
  elapsed = () => performance.now(),
  machine = Date.now,
}: StoreClockOptions): StoreClock {
  /** Epoch milliseconds of the database, less the time elapsed. */
  let offset: number | null = null;
  /** How far the offset may be wrong, and when it was measured. */
  let bound = { ms: Number.POSITIVE_INFINITY, at: 0 };
  let askedAt = 0;
  let off = false;

  async function measure(): Promise<void> {
    const asked = elapsed();
    const answer = await ask();
    const answered = elapsed();
    askedAt = answered;
    const measured = answer.getTime() - (asked + answered) / 2;
    const errorMs = (answered - asked) / 2;
    const knownMs = bound.ms + (answered - bound.at) * DRIFT;
    const agrees = offset !== null && Math.abs(measured - offset) <= errorMs + knownMs;
    // One that cannot be reconciled with what is known: the database’s own clock was set.
    if (agrees && errorMs > knownMs) return;
    offset = measured;
    bound = { ms: errorMs, at: answered };
    tell(machine() - (offset + answered));
  }

  function tell(aheadMs: number): void {
    const wasOff = off;
    off = Math.abs(aheadMs) > NOTICEABLE_MS;
    if (off && !wasOff) {
      const way = aheadMs > 0 ? 'ahead of' : 'behind';
      log.warn(
        `This machine’s clock is ${(Math.abs(aheadMs) / 1000).toFixed(1)} s ${way} the database’s: ` +
          'what is due at a certain time goes by the database’s. Set this one right: sudo timedatectl set-ntp true',
      );
    }
    if (!off && wasOff) log.info('This machine’s clock agrees with the database’s again');
  }

  return {
    async now() {
      if (offset === null) await measure();
      else if (elapsed() - askedAt > MEASURED_EVERY_MS) {
        // Time goes on while the database is away; what is done with it will fail by itself.
        await measure().catch(() => undefined);
      }
      return new Date((offset ?? 0) + elapsed());
    },
  };
}

/** The database's clock as this process knows it, to be read without asking. */
export interface FollowedClock extends Repetition {
  /** Epoch milliseconds; this machine's until the database has been asked once. */
  now(): number;
}

/** Follows the database's clock, for work that cannot wait to ask: it is measured each ten seconds. */
export function followStoreClock({ log, ...options }: StoreClockOptions): FollowedClock {
  const { elapsed = () => performance.now() } = options;
  const clock = createStoreClock({ log, ...options });
  /** Epoch milliseconds of the database, less the time elapsed. */
  let offset: number | null = null;
  const following = every(
    { name: 'The database’s clock', intervalMs: MEASURED_EVERY_MS, log },
    async () => {
      offset = (await clock.now()).getTime() - elapsed();
    },
  );
  return {
    now: () => (offset === null ? Date.now() : offset + elapsed()),
    stop: following.stop,
  };
}
