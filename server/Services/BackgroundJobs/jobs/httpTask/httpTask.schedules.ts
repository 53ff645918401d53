import { turnsOf } from '../../../../config/turns.ts';
import { type HttpJobDoc, HttpJobModel } from '../../../../models/HttpJobModel.ts';
import { storeTime } from '../../../../models/serverFacts.ts';
import { ScheduleModel } from '../../../../models/system/ScheduleModel.ts';
import { recordExecution } from '../../../HttpTasks/executions.ts';
import { deadlineOf } from '../../../HttpTasks/taskDeadline.ts';
import type { JobLog } from '../../consuming/jobLog.ts';
import type { Enqueuer } from '../../enqueuing/enqueuer.ts';
import type { Lanes } from '../../enqueuing/lanes.ts';
import { beginsJob } from '../../scheduling/beginsJob.ts';
import { defineSchedule, type ScheduleDefinition } from '../../scheduling/defineSchedule.ts';
import { every } from '../../scheduling/every.ts';
import { lookAt } from '../../scheduling/lookAt.ts';
import { accountUntil, ensureSchedule, OF_DOCUMENTS } from '../../scheduling/schedule.ts';
import { type RunningSchedules, slotsKeptMs } from '../../scheduling/scheduler.ts';
import { nextSlot } from '../../scheduling/slots.ts';
import type { StoreClock } from '../../scheduling/storeClock.ts';
import { httpTaskJob } from './httpTask.job.ts';

interface HttpSchedulesOptions {
  enqueuer: Pick<Enqueuer, 'enqueue'>;
  lanes: Pick<Lanes, 'of'>;
  clock: StoreClock;
  /** The process, for the records. */
  by: string;
  retentionDays: number;
  log: JobLog;
}

const LOOK_MS = 1_000;
const PAGE = 100;
const AT_ONCE = 8;
/** What a look between slots says when nothing is open: the next slot is soon enough then. */
const IDLE_MS = 50_000;

/** The name of a job's schedule. */
function scheduleName({ _id }: Pick<HttpJobDoc, '_id'>): string {
  return `${OF_DOCUMENTS}${_id.toLowerCase()}`;
}

/**
 * Runs the schedules of the HTTP jobs, however many. Each job says when it is to be looked at next, so
 * that a second in which none is due costs one query. As with all schedules the record of a slot lets it
 * begin once, whichever processes look.
 */
export function startHttpJobSchedules(options: HttpSchedulesOptions): RunningSchedules {
  const { clock, log } = options;
  const turn = turnsOf(AT_ONCE);
  return every({ name: 'The schedules of HTTP jobs', intervalMs: () => LOOK_MS, log }, async () => {
    for (let found = PAGE; found === PAGE; ) {
      const now = await clock.now();
      const due = await HttpJobModel.find({ lookAt: { $lte: now } })
        .sort({ lookAt: 1 })
        .limit(PAGE)
        .lean<HttpJobDoc[]>();
      await Promise.all(due.map((job) => turn(() => lookAtJob(job, now, options))));
      found = due.length;
    }
  });
}

/** One that fails is looked at again later, and keeps no other. */
async function lookAtJob(job: HttpJobDoc, now: Date, options: HttpSchedulesOptions): Promise<void> {
  const { by, log, retentionDays } = options;
  let again = new Date(now.getTime() + 10 * LOOK_MS);
  try {
    const schedule = scheduleOf(job, options);
    const keptMs = slotsKeptMs(retentionDays);
    const { lookAgainAt } = await lookAt(schedule, { now, by, keptMs, log });
    const isIdle = lookAgainAt.getTime() - now.getTime() > IDLE_MS;
    again = (isIdle ? nextSlot(schedule, now) : null) ?? lookAgainAt;
  } catch (error) {
    log.warn('The schedule of an HTTP job is looked at again in a moment', {
      httpJobId: job._id,
      error,
    });
  }
  // Unless it was changed meanwhile: then it is to be looked at as it says now.
  await HttpJobModel.updateOne({ _id: job._id, lookAt: job.lookAt }, { $set: { lookAt: again } });
}

function scheduleOf(
  job: HttpJobDoc,
  { enqueuer, lanes }: Pick<HttpSchedulesOptions, 'enqueuer' | 'lanes'>,
): ScheduleDefinition {
  const { schedule, timezone, overlap } = job;
  if (schedule === null) throw new Error('It has no schedule.');
  const begins = beginsJob({
    job: httpTaskJob,
    payload: ({ slot }) => ({
      httpJobId: job._id,
      trigger: 'schedule' as const,
      scheduledAt: slot.toISOString(),
    }),
    options: { deadlineMs: deadlineOf(job) },
    enqueuer,
    lanes,
  });
  return defineSchedule({
    name: scheduleName(job),
    expression: schedule,
    timezone,
    overlap,
    catchUp: 'latest',
    begins: {
      ...begins,
      async begin(toBegin) {
        const begun = await begins.begin(toBegin);
        if ('jobId' in begun) {
          const { jobId } = begun;
          await recordExecution(job, { jobId, trigger: 'schedule', scheduledAt: toBegin.slot });
        }
        return begun;
      },
    },
  });
}

/** A job's slots until now are not owed: it was switched off, or had another schedule. */
export async function forgetHttpJobSlots(job: Pick<HttpJobDoc, '_id'>): Promise<void> {
  const now = await storeTime();
  await ensureSchedule(scheduleName(job), now);
  await accountUntil(scheduleName(job), now);
}

/** Removes what is remembered of the schedule of a job that is gone. */
export async function removeHttpJobSchedule(job: Pick<HttpJobDoc, '_id'>): Promise<void> {
  await ScheduleModel.deleteOne({ _id: scheduleName(job) });
}
