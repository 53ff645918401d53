import { closest } from 'fastest-levenshtein';
import { DateTime } from 'luxon';
import { AppError } from '../../../errors/AppError.ts';
import { storeTime } from '../../../models/serverFacts.ts';
import type { ScheduleOverride } from '../../../models/system/ScheduleModel.ts';
import { type SlotDoc, SlotModel } from '../../../models/system/SlotModel.ts';
import type { QueueManager } from '../queues/queueManager.ts';
import { createCountFailed } from '../recording/countByQueue.ts';
import { asItStands, withOverride } from '../scheduling/asItStands.ts';
import { type Backfilled, type BackfillRequest, backfill } from '../scheduling/backfill.ts';
import { clockChangesOf, describeClockChange } from '../scheduling/clockChanges.ts';
import type { CronJob } from '../scheduling/cronJob.ts';
import type { BegunWork } from '../scheduling/defineSchedule.ts';
import { lastBegunBefore } from '../scheduling/slotRecords.ts';
import { nextSlot, slotsAfter } from '../scheduling/slots.ts';
import {
  type Asker,
  change,
  startAll,
  startSchedule,
  stopAll,
  stopOfAll,
  stopSchedule,
} from '../scheduling/stops.ts';
import type { QueueStats } from './administration.ts';
import type { CronHistory, CronJobView, CronStatus, Preview } from './cronViews.ts';

/** What may be set instead of what a definition says; null takes the definition's again. */
export type ScheduleUpdate = {
  [Key in keyof ScheduleOverride]?: ScheduleOverride[Key] | null;
};

/** Seeing and steering the scheduled jobs. A job that is not there rejects with `NOT_FOUND`. */
export interface CronManager {
  status(): Promise<CronStatus>;
  /** @throws AppError `REDIS_UNAVAILABLE`: then nothing is started. */
  initialize(asker: Asker): Promise<void>;
  trigger(jobName: string): Promise<BegunWork>;
  stopAll(asker: Asker): Promise<void>;
  startAll(asker: Asker): Promise<void>;
  stop(jobName: string, asker: Asker, until: Date | null): Promise<void>;
  start(jobName: string, asker: Asker): Promise<void>;
  history(jobName: string, limit: number): Promise<CronHistory>;
  preview(jobName: string, count: number): Promise<Preview>;
  backfill(jobName: string, request: BackfillRequest, asker: Asker): Promise<Backfilled>;
  /** @throws AppError `VALIDATION_FAILED` for what makes no schedule; it stays as it was. */
  update(jobName: string, update: ScheduleUpdate, asker: Asker): Promise<CronJobView>;
}

interface CronManagerOptions {
  jobs: readonly CronJob[];
  queues: Pick<QueueManager, 'queues' | 'failed'>;
  /** False when the hourly work is the in-process batch. */
  useQueues: boolean;
  /** False when BACKGROUND_JOBS_ENABLED is. */
  enabled: boolean;
  /** How long records of slots are kept. */
  slotsKeptMs: number;
}

/** Makes the manager of the scheduled jobs: all it changes stands in MongoDB, for every process. */
export function createCronManager(options: CronManagerOptions): CronManager {
  const { jobs, queues, slotsKeptMs } = options;
  const countFailed = createCountFailed();

  function jobOf(name: string): CronJob {
    const job = jobs.find((each) => each.name === name);
    if (job !== undefined) return job;
    const nearest = closest(
      name.slice(0, 64),
      jobs.map((each) => each.name),
    );
    throw new AppError('NOT_FOUND', `There is no cron job "${name}". Did you mean ${nearest}?`);
  }

  /** One job as it stands, not as its definition says; at this instant, or now. */
  async function standing(jobName: string, at?: Date) {
    const job = jobOf(jobName);
    const now = at ?? (await storeTime());
    return { job, now, ...(await asItStands(job.schedule, now)) };
  }

  async function view(jobName: string, at?: Date): Promise<CronJobView> {
    const { job, now, schedule, known, stop } = await standing(jobName, at);
    const { expression, timezone, overlap, catchUp } = schedule;
    const held = known.heldUntil !== null && known.heldUntil > now;
    return {
      name: jobName,
      running: job.enabled && stop === null && !held,
      enabled: job.enabled,
      ...{ schedule: expression, timezone, overlap, catchUp },
      next: nextSlot(schedule, now),
      stopped: stop,
    };
  }

  async function isRedisThere(): Promise<boolean> {
    const [first] = queues.queues;
    return first !== undefined && (await first.pendingCounts().then(Boolean, () => false));
  }

  async function requireRedis(): Promise<void> {
    const [first] = queues.queues;
    if (first === undefined) throw new AppError('REDIS_UNAVAILABLE', 'No queue could be opened.');
    await first.requireRoom();
  }

  async function metrics(): Promise<Record<string, QueueStats>> {
    const failures = await countFailed();
    const counted = queues.queues.map(async (queue): Promise<[string, QueueStats]> => {
      const [{ waiting, active, delayed }, completed] = await Promise.all([
        queue.pendingCounts(),
        queue.completedOfLate(),
      ]);
      const failed = failures.get(queue.name) ?? 0;
      const total = waiting + active + completed + failed + delayed;
      return [queue.name, { waiting, active, completed, failed, delayed, total }];
    });
    return Object.fromEntries(await Promise.all(counted));
  }

  return {
    async status() {
      const now = await storeTime();
      const [redisAvailable, stop, cronJobs] = await Promise.all([
        isRedisThere(),
        stopOfAll(now),
        Promise.all(jobs.map(({ name }) => view(name, now))),
      ]);
      return {
        initialized: options.enabled && stop === null,
        useQueues: options.useQueues,
        redisAvailable,
        queueManagerReady: redisAvailable && queues.failed.length === 0,
        queueMetrics: redisAvailable ? await metrics() : {},
        cronJobs,
      };
    },
    async initialize(asker) {
      await requireRedis();
      await startAll(asker);
    },
    async trigger(jobName) {
      const { schedule } = jobOf(jobName);
      await requireRedis();
      const slot = await storeTime();
      const since = await lastBegunBefore(schedule.name, slot);
      const { beginNow } = schedule.begins;
      if (beginNow === undefined)
        throw new AppError('INTERNAL', `${jobName} begins by slots only.`);
      return beginNow({ schedule: schedule.name, slot, since, trigger: 'schedule' });
    },
    stopAll,
    startAll,
    stop: (jobName, asker, until) => stopSchedule(jobOf(jobName).schedule.name, asker, until),
    start: (jobName, asker) => startSchedule(jobOf(jobName).schedule.name, asker),
    async history(jobName, limit) {
      const { schedule, known } = await standing(jobName);
      const slots = await SlotModel.find({ schedule: schedule.name })
        .sort({ slot: -1 })
        .limit(limit)
        .lean<SlotDoc[]>();
      return { jobName, slots, changes: known.changes.toReversed() };
    },
    async preview(jobName, count) {
      const { schedule, now } = await standing(jobName);
      const { expression, timezone } = schedule;
      const inAYear = new Date(now.getTime() + YEAR_MS);
      return {
        ...{ jobName, schedule: expression, timezone },
        times: slotsAfter(schedule, now, count).map((utc) => ({
          utc,
          local: String(DateTime.fromJSDate(utc, { zone: timezone }).toISO(WITHOUT_ZEROS)),
        })),
        clockChanges: clockChangesOf(schedule, now, inAYear).map((each) =>
          describeClockChange(each, schedule),
        ),
      };
    },
    async backfill(jobName, request, asker) {
      const { schedule } = await standing(jobName);
      return backfill(schedule, request, asker, slotsKeptMs);
    },
    async update(jobName, update, { by, why }) {
      const { job, known, now } = await standing(jobName);
      const override = merged(known.override, update);
      check(job, override);
      const note = `${JSON.stringify(known.override)} became ${JSON.stringify(override)}: ${why}`;
      // What the new timetable has in the past was never due.
      await change(job.schedule.name, { override }, { at: now, by, action: 'update', note }, now);
      return view(jobName);
    },
  };
}

const YEAR_MS = 366 * 86_400_000;
const WITHOUT_ZEROS = { suppressMilliseconds: true } as const;

function merged(before: ScheduleOverride, update: ScheduleUpdate): ScheduleOverride {
  return Object.fromEntries(
    Object.entries({ ...before, ...update }).filter(
      ([, value]) => value !== null && value !== undefined,
    ),
  );
}

function check({ schedule }: CronJob, override: ScheduleOverride): void {
  try {
    withOverride(schedule, override);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('VALIDATION_FAILED', reason);
  }
}
