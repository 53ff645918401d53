import type { Timetable } from '../../config/timetable.ts';
import { AppError } from '../../errors/AppError.ts';
import { storeTime } from '../../models/serverFacts.ts';
import type { RunDoc } from '../../models/system/RunModel.ts';
import { RunModel } from '../../models/system/RunModel.ts';
import { stoppedBy, withinDeadline } from './consuming/deadline.ts';
import { type FailureOf, failureText } from './consuming/failureText.ts';
import type { JobLog } from './consuming/jobLog.ts';
import { USER_DATA_SCHEDULE } from './cronProducer.ts';
import type { Outbox } from './enqueuing/outbox.ts';
import { USER_DATA } from './jobs/userData/userData.job.ts';
import { userDataInputOf, userDataSource } from './jobs/userData/userData.source.ts';
import type { Work } from './queues/catalogue.ts';
import type { QueueEntry } from './queues/jobQueue.ts';
import type { RetentionDays } from './recording/expiry.ts';
import { recordPages } from './recording/recordPages.ts';
import { type JobRecord, writeRecords } from './recording/writeRecords.ts';
import { abandonedRuns, leaseRun, type ProducerLease } from './runs/checkpoint.ts';
import { entryOf } from './runs/enumerate.ts';
import { itemsAhead } from './runs/itemsAhead.ts';
import { isRunOpen, openSlotRun } from './runs/ledger.ts';
import { slotRunId } from './runs/runId.ts';
import { defineSchedule } from './scheduling/defineSchedule.ts';
import { type RunningSchedules, startScheduler } from './scheduling/scheduler.ts';
import type { StoreClock } from './scheduling/storeClock.ts';

/** Under this name the records of the in-process batch stand: no queue of Redis is involved. */
export const IN_PROCESS = 'in-process';

interface BatchOptions {
  work: Work;
  /** Records only: nothing is enqueued. */
  outbox: Pick<Outbox, 'record'>;
  deadlineMs: number;
  leaseMs: number;
  retentionDays: number;
  worker: string;
  failureOf: FailureOf;
  log: JobLog;
  signal: AbortSignal;
}

interface JobSchedulerOptions extends Omit<BatchOptions, 'signal'> {
  timetable: Timetable;
  batchSize: number;
  clock: StoreClock;
}

/**
 * The old way, for a rollback by flag: the hourly batch runs inside the API process, instead of
 * the producer. The same work and the same records; no retries, and a slot that is missed is gone.
 */
export function startJobScheduler(options: JobSchedulerOptions): RunningSchedules {
  const { timetable, batchSize, worker, log } = options;
  const stopping = new AbortController();
  let underWay: Promise<void> = Promise.resolve();
  const schedule = defineSchedule({
    name: USER_DATA_SCHEDULE,
    ...timetable,
    overlap: 'allow',
    catchUp: 'skip',
    begins: {
      async begin({ schedule: name, slot, trigger }) {
        const run = await openSlotRun({
          kind: USER_DATA,
          input: userDataInputOf({}, slot),
          schedule: name,
          slot,
          trigger,
          mode: 'legacy',
          batchSize,
        });
        if (run !== null) {
          log.info('In-process batch begun', { runId: run._id });
          underWay = runBatch(run._id, { ...options, signal: stopping.signal }).catch(
            (error: unknown) => {
              log.error('The in-process batch stopped', { runId: run._id, error });
            },
          );
        }
        return { runId: slotRunId(name, slot) };
      },
      isOpen: async (begun) => 'runId' in begun && isRunOpen(begun.runId),
    },
  });
  const running = startScheduler({ ...options, schedules: [schedule], by: worker });
  return {
    async stop() {
      stopping.abort(
        new AppError('SHUTTING_DOWN', 'The API process stopped before the job had ended.'),
      );
      await running.stop();
      await underWay;
    },
  };
}

/** Does the work of a whole run in this process, batch after batch. */
export async function runBatch(runId: string, options: BatchOptions): Promise<void> {
  const lease = await leaseRun(runId, options.leaseMs);
  if (lease === null) return;
  const { run } = lease;
  const source = userDataSource.open(run);
  let { checkpoint, enumerated } = run;
  while (!options.signal.aborted) {
    const users = await source.next(checkpoint, run.batchSize);
    const last = users.at(-1);
    if (last === undefined) return endRun(lease);
    const entries = await options.outbox.record(
      users.map((userId) => entryOf(run, userDataSource, userId, source)),
    );
    const records = await Promise.all(entries.map((entry) => workOn(entry, options)));
    await writeRecords(records, () => options.retentionDays);
    checkpoint = last;
    enumerated += users.length;
    if ((await lease.advance(checkpoint, enumerated)) !== 'ok') return lease.release();
  }
  // As in the old system, what is not done is not taken up again: the run ends here.
  await endRun(lease);
}

/** Ends the run, or gives back one that was cancelled at the last moment, so that it is sealed. */
async function endRun(lease: ProducerLease): Promise<void> {
  if (!(await lease.finish())) await lease.release();
}

async function workOn({ envelope }: QueueEntry, options: BatchOptions): Promise<JobRecord> {
  const startedAt = new Date();
  const ended = {
    jobId: envelope.jobId,
    queue: IN_PROCESS,
    kind: envelope.kind,
    generation: envelope.generation,
    holdsUnique: null,
    start: 1,
    attempts: 1,
    startedAt,
    waitedMs: null,
    worker: options.worker,
  };
  try {
    const result = await stoppedBy(options.signal, (control) =>
      withinDeadline(options.deadlineMs, control, (signal) =>
        options.work(envelope.payload, {
          jobId: envelope.jobId,
          runId: envelope.runId,
          runSeq: envelope.runSeq,
          attempt: 1,
          idempotencyKey: envelope.jobId,
          signal,
          log: options.log,
          progress: () => undefined,
          logLine: (text) => options.log.info(text),
        }),
      ),
    );
    return {
      ...ended,
      status: 'completed',
      finishedAt: new Date(),
      error: null,
      history: [],
      result,
    };
  } catch (error) {
    const failure = options.failureOf(error);
    return {
      ...ended,
      status: 'failed',
      finishedAt: new Date(),
      error: failure,
      history: [failureText(failure)],
      result: null,
    };
  }
}

/**
 * Ends in-process runs whose process died, cancelled ones too: their open jobs have failed, what was
 * not begun is gone, as in the old system.
 */
export async function endAbandonedBatches(retentionDays: RetentionDays): Promise<void> {
  const abandoned = await RunModel.find({
    ...abandonedRuns(await storeTime(), 'enumerating', 'cancelled'),
    mode: 'legacy',
    sealed: null,
  }).lean<RunDoc[]>();
  for (const run of abandoned) {
    for await (const page of recordPages('queued', { runId: run._id })) {
      await writeRecords(
        page.map((job) => ({
          jobId: job._id,
          queue: job.queue,
          kind: job.kind,
          generation: job.generation,
          holdsUnique: null,
          start: 1,
          status: 'failed',
          attempts: 0,
          startedAt: null,
          waitedMs: null,
          finishedAt: new Date(),
          worker: null,
          error: {
            code: 'PROCESS_DIED',
            message: 'The API process that ran this batch ended before the job did.',
          },
          history: [],
          result: null,
        })),
        retentionDays,
      );
    }
    const ahead = await itemsAhead(run);
    await RunModel.updateOne(
      { _id: run._id, status: run.status, 'lease.token': run.lease?.token ?? null },
      {
        $set: {
          ...(run.status === 'enumerating' && { status: 'running' as const }),
          enumerationEnded: true,
          lease: null,
          checkpoint: ahead.at(-1) ?? run.checkpoint,
          enumerated: run.enumerated + ahead.length,
        },
      },
    );
  }
}
