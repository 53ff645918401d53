import type { Job } from 'bullmq';
import { inTime } from '../../../config/inTime.ts';
import { keysOf } from '../queues/bullmqLayout.ts';
import { CANARY } from '../queues/canary.ts';
import { jobIdOf } from '../queues/envelope.ts';
import { claimStart, type JobRecord } from '../recording/writeRecords.ts';
import { openBullWorker } from './bullWorker.ts';
import { isToBeCancelled } from './cancelIntents.ts';
import { CancelledByAdmin, createConsequences } from './consequences.ts';
import { countCrashes } from './crashes.ts';
import { HandedBack } from './deadline.ts';
import { createDependencyGate } from './dependencyGate.ts';
import { execute } from './execute.ts';
import { holdLocks } from './heldLocks.ts';
import type { QueueWorker, WorkerOptions } from './queueWorker.ts';
import { createSuspects } from './suspects.ts';
import { startThroughputLog } from './throughputLog.ts';
import { hearWorker } from './workerEvents.ts';

const THROUGHPUT_EVERY_MS = 10_000;
const HAND_BACK_MS = 2_000;
const STOPPING = 'The worker is stopping.';
/** A job that so often in a row was not even begun is one that workers cannot receive and live. */
const UNRECEIVED_STARTS = 20;

/**
 * Starts a worker that takes jobs as soon as Redis may be used. Outcomes go to the recorder as Redis
 * acknowledges them.
 */
export function createWorker(worker: WorkerOptions): QueueWorker {
  const { queue, settings, recorder, notes, log } = worker;
  const jobs = new Map(worker.jobs.map((job) => [job.definition.kind, job]));
  const counts = { running: 0, taken: 0, begun: 0, ended: 0, completed: 0 };
  let seesEmpty = true;
  let sawEmptyAt = 0;
  let lastCompletedAt: Date | null = null;
  const stopping = new AbortController();
  const settledHere = new WeakSet<Job>();
  /** What ends each job's work early. */
  const atWork = new Map<Job, AbortController>();

  const keyOf = keysOf(settings.prefix, queue);
  const suspects = createSuspects({
    crashCount: countCrashes({ redis: worker.redis, keyOf }),
    maxCrashes: settings.maxCrashes,
  });
  const throughput = startThroughputLog(queue, THROUGHPUT_EVERY_MS, log);
  const locks = holdLocks({ redis: worker.redis, keyOf, lockMs: settings.lockMs });
  const bullWorker = openBullWorker(
    queue,
    (job, token) => locks.during(job, token, () => process(job, token)),
    {
      connection: worker.redis,
      prefix: settings.prefix,
      name: worker.name,
      concurrency: worker.concurrency,
      lockDuration: settings.lockMs,
      stalledInterval: settings.stalledCheckMs,
      maxStalledCount: settings.maxCrashes + UNRECEIVED_STARTS,
      drainDelay: 5,
      runRetryDelay: 1_000,
    },
    {
      listen: (opened) =>
        hearWorker(opened, {
          ...{ queue, recorder, notes, throughput, log },
          isSettled: (job) => settledHere.has(job),
          onCanary: worker.onCanary,
          onEnded(how) {
            counts.ended += 1;
            if (how !== 'failed') counts.completed += 1;
            if (how === 'completed') lastCompletedAt = new Date();
          },
          onRefused: (error) => gate.shut(error),
        }),
      onEmpty() {
        seesEmpty = true;
      },
    },
  );
  const gate = createDependencyGate({
    worker: bullWorker,
    admission: worker.admission,
    whenDependenciesAnswer: worker.whenDependenciesAnswer,
    stopping: stopping.signal,
    log,
  });
  const settleOrThrow = createConsequences({
    ...{ jobs, recorder, notes, log, now: worker.now },
    failureOf: worker.failureOf,
    retentionDays: worker.retentionDays,
    dependenciesAnswer: worker.dependenciesAnswer,
    onDependencyAway: gate.shut,
  });

  async function process(job: Job, token: string | undefined): Promise<unknown> {
    counts.taken += 1;
    if (seesEmpty) sawEmptyAt = Date.now();
    seesEmpty = false;
    if (job.name === CANARY && !gate.isShut()) return null;
    counts.running += 1;
    counts.begun += 1;
    const control = new AbortController();
    atWork.set(job, control);
    try {
      const crashes = await suspects.crashesOf(job);
      // A look for jobs that was under way when taking them was suspended still brings one.
      if (gate.isShut()) throw new HandedBack('A dependency is away.');
      if (gate.isQuiet()) throw new HandedBack('The worker was told to take no more jobs.');
      // Taken in the moment in which those at work were told.
      if (stopping.signal.aborted) throw new HandedBack(STOPPING);
      if (worker.isCancelled(jobIdOf(String(job.id)))) throw new CancelledByAdmin();
      await suspects.begin(job, crashes);
      return await executeJob(job, control);
    } catch (error) {
      await settleOrThrow(error, job, token);
      forget(job);
      return null;
    } finally {
      counts.running -= 1;
      atWork.delete(job);
      suspects.end(job);
    }
  }

  function executeJob(job: Job, control: AbortController): Promise<unknown> {
    return execute(
      {
        kind: job.name,
        data: job.data,
        start: job.attemptsStarted,
        attempt: job.attemptsMade + 1,
        startedAt: new Date(job.processedOn ?? Date.now()),
      },
      {
        ...{ jobs, recorder, notes, log, control, now: worker.now },
        claim: (record) => claimOrForget(record, job),
        mustClaim: worker.mustAsk(),
        inContext: worker.inContext,
        worker: worker.name,
      },
    );
  }

  /**
   * Claims a start. One that is refused ends without its work being done: Redis, which would keep it
   * as completed, forgets it.
   */
  async function claimOrForget(record: JobRecord, job: Job): Promise<boolean> {
    const claimed = await claimStart(record);
    if (!claimed && (await isToBeCancelled(record.jobId))) throw new CancelledByAdmin();
    if (!claimed) forget(job);
    return claimed;
  }

  /** The record says already what became of it: its end in Redis says nothing, and is not kept. */
  function forget(job: Job): void {
    settledHere.add(job);
    job.opts.removeOnComplete = true;
  }

  return {
    queue,
    activity: () => ({
      ...{ ...counts, lastCompletedAt },
      sawEmptyAt: seesEmpty ? Date.now() : sawEmptyAt,
      suspended: gate.isSuspended(),
    }),
    limit: bullWorker.limit,
    quieten: gate.quieten,
    endCancelled() {
      for (const [job, control] of atWork) {
        if (!worker.isCancelled(jobIdOf(String(job.id)))) continue;
        control.abort(new CancelledByAdmin());
      }
    },
    async stop(graceMs) {
      throughput.stop();
      const closed = bullWorker.close().then(() => true);
      if (await inTime(closed, graceMs, false)) return !gate.isShut();
      stopping.abort();
      for (const control of atWork.values()) {
        control.abort(new HandedBack(STOPPING));
      }
      if (await inTime(closed, HAND_BACK_MS, false)) return !gate.isShut();
      log.warn('The worker did not close in time; its jobs go to others when their locks end', {
        queue,
        running: counts.running,
      });
      return false;
    },
  };
}
