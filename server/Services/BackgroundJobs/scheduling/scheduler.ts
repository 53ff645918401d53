import type { JobLog } from '../consuming/jobLog.ts';
import type { ScheduleDefinition } from './defineSchedule.ts';
import { every } from './every.ts';
import { type Looked, lookAt } from './lookAt.ts';
import { switchOff } from './schedule.ts';
import type { StoreClock } from './storeClock.ts';

const SECOND_MS = 1_000;
/** A timer may fire a little early, and the slot would not be due yet. */
const AFTER_SECOND_MS = 5;
/** Measuring a clock anew moves it by less. */
const SET_BACK_MS = 1_000;
const DAY_MS = 86_400_000;
/** Longer than any catch-up reaches. */
const SLOTS_KEPT_DAYS = 60;
const STOPPED_LOOK_MS = 60_000;

/** How long records of slots are kept, so that they outlive those of jobs. */
export function slotsKeptMs(retentionDays: number): number {
  return Math.max(SLOTS_KEPT_DAYS, retentionDays + 1) * DAY_MS;
}

export interface SchedulerOptions {
  schedules: readonly ScheduleDefinition[];
  clock: StoreClock;
  /** The process, for the records. */
  by: string;
  /** How long the records of jobs are kept; those of slots outlive them. */
  retentionDays: number;
  log: JobLog;
}

/** Schedules that are run until they are stopped. */
export interface RunningSchedules {
  /** Settles when what is under way has ended. */
  stop(): Promise<void>;
}

/**
 * Looks at schedules by a clock that is given, and only when one may be due. Several schedulers,
 * in whatever processes, may look at the same schedules.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  /** When to look at each next; absent for now. */
  readonly #lookAgainAt = new Map<string, Date>();
  #lastLook = new Date(0);

  /** @throws Error when two schedules have one name. */
  constructor(options: SchedulerOptions) {
    const names = options.schedules.map(({ name }) => name);
    const twice = names.find((name, position) => names.indexOf(name) !== position);
    if (twice !== undefined) {
      throw new Error(`Two schedules have the name "${twice}": give one of them another.`);
    }
    this.#options = options;
  }

  /**
   * Looks at one schedule if it is time.
   * @returns what was done; null when it was not yet time.
   * @throws as `lookAt` does.
   */
  async look(schedule: ScheduleDefinition): Promise<Looked | null> {
    const { clock, by, log, retentionDays } = this.#options;
    const now = await clock.now();
    // A clock that was set back must not wait for what was the next slot before.
    if (now.getTime() < this.#lastLook.getTime() - SET_BACK_MS) this.#lookAgainAt.clear();
    this.#lastLook = now;
    const againAt = this.#lookAgainAt.get(schedule.name);
    if (againAt !== undefined && now < againAt) return null;
    const looked = await lookAt(schedule, { now, by, keptMs: slotsKeptMs(retentionDays), log });
    this.#lookAgainAt.set(schedule.name, looked.lookAgainAt);
    return looked;
  }
}

/** Runs schedules: each is looked at by itself as soon as a second of the database's clock begins. */
export function startScheduler(options: SchedulerOptions): RunningSchedules {
  const { schedules, clock, log } = options;
  const scheduler = new Scheduler(options);
  const looks = schedules.map((schedule) => {
    let now = 0;
    return every(
      {
        name: `The schedule ${schedule.name}`,
        intervalMs: () => SECOND_MS - (now % SECOND_MS) + AFTER_SECOND_MS,
        log,
      },
      async () => {
        try {
          await scheduler.look(schedule);
        } finally {
          now = await clock.now().then(Number, () => 0);
        }
      },
    );
  });
  return {
    async stop() {
      await Promise.all(looks.map(({ stop }) => stop()));
    },
  };
}

/** Keeps schedules that are switched off from owing the slots that pass meanwhile, and from being shown as running. */
export function startStoppedSchedules(
  names: readonly string[],
  { clock, log }: Pick<SchedulerOptions, 'clock' | 'log'>,
): RunningSchedules {
  return every(
    { name: 'The stopped schedules', intervalMs: () => STOPPED_LOOK_MS, log },
    async () => {
      const now = await clock.now();
      for (const name of names) await switchOff(name, now);
    },
  );
}
