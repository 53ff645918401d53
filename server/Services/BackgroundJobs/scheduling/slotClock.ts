import { randomUUID } from 'node:crypto';
import { createTask } from 'node-cron';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import type { Timetable } from '../../../config/timetable.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import { catchUp } from './catchUp.ts';
import { redisCoordinator } from './coordinator.ts';
import { every } from './every.ts';
import { accountUntil, ensureSchedule } from './schedule.ts';

export interface SlotClockOptions {
  schedule: string;
  timetable: Timetable;
  policy: 'skip' | 'latest';
  /** The election among several processes; null where each slot's unique run is enough. */
  election: { redis: RedisConnection; prefix: string } | null;
  /** Begins the run of a slot; null when the slot has one already. */
  beginRun: (slot: Date, trigger: 'schedule' | 'catch-up') => Promise<{ runId: string } | null>;
  /** How often missed slots are looked for. */
  catchUpIntervalMs: number;
  log: JobLog;
}

export interface SlotClock {
  stop(): Promise<void>;
}

/** A frozen process's late tick is still its slot's; what is later is for the catch-up. */
const LEASE_MS = 60_000;

/** Begins a run at each slot of a schedule, and looks for slots that passed without one. */
export function startSlotClock(options: SlotClockOptions): SlotClock {
  const { schedule, timetable, policy, election, beginRun, log } = options;

  async function tick(slot: Date): Promise<void> {
    const { heldUntil, accountedUntil } = await ensureSchedule(schedule);
    if (heldUntil !== null && heldUntil > new Date()) {
      log.info('The schedule is held: this slot starts no run', { schedule, slot, heldUntil });
      return;
    }
    if (slot <= accountedUntil) {
      log.warn('A tick came so late that its slot was accounted for as missed', { schedule, slot });
      return;
    }
    await beginRun(slot, 'schedule');
  }

  const task = createTask(timetable.expression, ({ date }) => tick(floorToSecond(date)), {
    name: schedule,
    timezone: timetable.timezone,
    suppressMissedWarning: true,
    ...(election === null
      ? {}
      : {
          distributed: true,
          distributedLease: LEASE_MS,
          runCoordinator: redisCoordinator(election.redis, election.prefix, randomUUID()),
        }),
  });
  task.on('execution:failed', ({ execution }) => {
    log.error('A slot could not begin its run; it is looked for again each minute', {
      schedule,
      error: execution?.error,
    });
  });
  task.on('execution:skipped', ({ reason, date }) => {
    if (reason === 'coordinator-error') {
      log.warn('Nobody could be elected for a slot; it is looked for again each minute', {
        schedule,
        slot: date,
      });
    }
  });
  void task.start();

  const catchingUp = every(
    { name: `Catch-up of ${schedule}`, intervalMs: options.catchUpIntervalMs, log },
    async () => {
      const { skipped, caughtUp } = await catchUp({
        schedule,
        timetable,
        policy,
        beginRun: (slot) => beginRun(slot, 'catch-up'),
      });
      if (skipped + caughtUp > 0) log.warn('Slots were missed', { schedule, skipped, caughtUp });
    },
  );

  return {
    async stop() {
      await task.destroy();
      await catchingUp.stop();
    },
  };
}

/** The clock of a schedule that an admin has switched off: its slots are not owed later. */
export function startStoppedClock(
  schedule: string,
  { catchUpIntervalMs, log }: Pick<SlotClockOptions, 'catchUpIntervalMs' | 'log'>,
): SlotClock {
  return every(
    { name: `The stopped ${schedule}`, intervalMs: catchUpIntervalMs, log },
    async () => {
      await ensureSchedule(schedule);
      await accountUntil(schedule, new Date());
    },
  );
}

function floorToSecond(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000);
}
