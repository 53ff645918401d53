import { randomUUID } from 'node:crypto';
import type { Env } from '../../../server/config/env.ts';
import { withLogContext } from '../../../server/config/logContext.ts';
import { connectRedis, type RedisConnection } from '../../../server/config/queueRedisConn.ts';
import { createTextRedactor } from '../../../server/config/redaction.ts';
import { createWorker } from '../../../server/Services/BackgroundJobs/consuming/createWorker.ts';
import {
  createCleaner,
  createFailureOf,
} from '../../../server/Services/BackgroundJobs/consuming/failureText.ts';
import { firstConcurrency } from '../../../server/Services/BackgroundJobs/consuming/holdConcurrency.ts';
import type { JobLog } from '../../../server/Services/BackgroundJobs/consuming/jobLog.ts';
import {
  type QueueWorker,
  workerSettingsOf,
} from '../../../server/Services/BackgroundJobs/consuming/queueWorker.ts';
import {
  USER_DATA,
  type UserDataPayload,
  userDataJob,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import type { Admission } from '../../../server/Services/BackgroundJobs/queues/admission.ts';
import { entry } from '../../../server/Services/BackgroundJobs/queues/catalogue.ts';
import type { Processor } from '../../../server/Services/BackgroundJobs/queues/jobDefinition.ts';
import { createJobNotes } from '../../../server/Services/BackgroundJobs/recording/jobNotes.ts';
import {
  createRecorder,
  type Recorder,
} from '../../../server/Services/BackgroundJobs/recording/recorder.ts';

export type UserDataWork = Processor<UserDataPayload, unknown>;

export interface WorkerOverrides {
  admission?: Pick<Admission, 'onAdmitted' | 'onRefused'>;
  recorder?: Recorder;
  log?: JobLog;
  whenDependenciesAnswer?: () => Promise<void>;
  dependenciesAnswer?: () => Promise<boolean>;
  onCanary?: (sentAt: Date) => void;
  isCancelled?: (jobId: string) => boolean;
  mustAsk?: () => boolean;
  now?: () => number;
}

export interface StartedWorker {
  /** Its connection, but for the one on which it waits for jobs. */
  readonly redis: RedisConnection;
  activity: QueueWorker['activity'];
  limit: QueueWorker['limit'];
  endCancelled: QueueWorker['endCancelled'];
  quieten: QueueWorker['quieten'];
  stop(): Promise<void>;
}

/** Stands for a setting that is secret: nothing may keep it. */
export const SECRET_SETTING = 'the-secret-of-a-setting';
const redact = createTextRedactor([SECRET_SETTING]);
export const failureOf = createFailureOf(redact);

const quiet = () => undefined;
/** To a Redis that may be used at all times. */
export const ADMITTED: Admission = {
  refusal: () => null,
  require: quiet,
  onAdmitted: (listener) => listener(),
  onRefused: quiet,
  look: () => Promise.resolve(true),
  stop: quiet,
};

/**
 * Starts a worker of the queue of users with a processor of the test's own.
 * @param installation its settings, and the log of all that is not told to `overrides.log`.
 */
export async function startTestWorker(
  { env, log }: { env: Env; log: JobLog },
  processor: UserDataWork,
  overrides: WorkerOverrides = {},
): Promise<StartedWorker> {
  const redis = connectRedis(env, 'worker', log);
  const recorder = overrides.recorder ?? createRecorder({ log, retentionDays: () => 7 });
  const notes = createJobNotes({ clean: createCleaner(redact), log });
  const worker = createWorker({
    queue: USER_DATA,
    jobs: [
      {
        definition: userDataJob,
        options: userDataJob.options(env),
        work: await entry(userDataJob, async () => processor).load({ env }),
      },
    ],
    concurrency: firstConcurrency(userDataJob.queue.concurrency(env)),
    retentionDays: () => env.JOB_STATUS_RETENTION_DAYS,
    isCancelled: overrides.isCancelled ?? (() => false),
    now: overrides.now ?? Date.now,
    mustAsk: overrides.mustAsk ?? (() => false),
    settings: workerSettingsOf(env),
    redis,
    recorder,
    notes,
    failureOf,
    name: `test-worker-${randomUUID().slice(0, 8)}`,
    log: overrides.log ?? log,
    inContext: withLogContext,
    admission: overrides.admission ?? ADMITTED,
    whenDependenciesAnswer: overrides.whenDependenciesAnswer ?? (() => Promise.resolve()),
    dependenciesAnswer: overrides.dependenciesAnswer ?? (() => Promise.resolve(true)),
    onCanary: overrides.onCanary ?? (() => undefined),
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await worker.stop(env.SHUTDOWN_GRACE_MS);
      await recorder.flush(2_000);
      await notes.flush(2_000);
      redis.disconnect();
    })();
    return stopped;
  };
  return {
    redis,
    activity: worker.activity,
    limit: worker.limit,
    endCancelled: worker.endCancelled,
    quieten: worker.quieten,
    stop,
  };
}
