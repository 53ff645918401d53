import { currentLogContext } from '../../config/logContext.ts';
import { turnsOf } from '../../config/turns.ts';
import { isMongoUnavailable } from '../../models/mongoErrors.ts';
import { storeTime } from '../../models/serverFacts.ts';
import { type RunDoc, RunModel } from '../../models/system/RunModel.ts';
import type { JobLog } from './consuming/jobLog.ts';
import type { Lanes } from './enqueuing/lanes.ts';
import type { HandOver } from './enqueuing/outbox.ts';
import { USER_DATA } from './jobs/userData/userData.job.ts';
import { userDataInputOf } from './jobs/userData/userData.source.ts';
import type { RetentionDays } from './recording/expiry.ts';
import { cancelWaitingJobs } from './runs/cancel.ts';
import { abandonedRuns } from './runs/checkpoint.ts';
import { type Enumeration, enumerateRun } from './runs/enumerate.ts';
import { findRun, openNewRun } from './runs/ledger.ts';
import type { Source } from './runs/source.ts';
import type { FindSource } from './runs/sources.ts';

interface EnqueueOptions {
  /** User ids handed to the queue in one round trip. */
  batchSize?: number;
  /** `YYYY-MM-DD`: the work is done as of that day, beside ordinary runs. */
  asOf?: string;
  /** Lets the result of an older day replace a newer one's. */
  backfill?: boolean;
  trigger?: Extract<RunDoc['trigger'], 'manual' | 'backfill'>;
}

export interface Enqueued extends HandOver {
  runId: string;
}

/** Puts users into the queue. It never does their work. */
export interface Producer {
  /** One user, as a run of its own. */
  enqueueUser(userId: string, options?: EnqueueOptions): Promise<Enqueued>;
  /**
   * These users, as one run. Settles when all are handed over; what Redis refused midway is
   * `notEnqueued`, and the reconciler adds it.
   * @throws AppError `REDIS_UNAVAILABLE` if Redis is away at the beginning, `REDIS_NEARLY_FULL` if
   * it has no room for a run: nothing is recorded.
   */
  enqueueUsers(userIds: readonly string[], options?: EnqueueOptions): Promise<Enqueued>;
  /**
   * Begins a run over all that a kind's source has, and enumerates it in the background.
   * @throws AppError as enqueueUsers does, at the beginning.
   */
  beginRun(source: Source, input: Record<string, unknown>): Promise<{ runId: string }>;
  /** Enumerates a run in the background of this process. */
  drive(runId: string): void;
  /** Goes on with runs whose producer died. */
  resumeAbandoned(): Promise<void>;
  /** Goes on with runs whose enumeration MongoDB stopped in this process: to be called when it answers. */
  resumeStopped(): void;
  /** @throws AppError `REDIS_UNAVAILABLE`, or `REDIS_NEARLY_FULL`: then no run may be begun. */
  requireRoom(): Promise<void>;
  /** Stops after the pages under way; other processes go on from the checkpoints. */
  stop(): Promise<void>;
}

interface ProducerOptions {
  lanes: Lanes;
  findSource: FindSource;
  batchSize: number;
  leaseMs: number;
  retentionDays: RetentionDays;
  log: JobLog;
}

const NOT_OURS: Enumeration = {
  ...{ enqueued: 0, duplicates: 0, notEnqueued: 0 },
  ended: 'elsewhere',
};

/** How many runs are enumerated at a time, however many are asked for at once. */
const ENUMERATED_AT_A_TIME = 8;

/** Makes the producer of all runs that go through queues. */
export function createProducer(options: ProducerOptions): Producer {
  const { lanes, findSource, leaseMs, log, retentionDays } = options;
  const stopping = new AbortController();
  const takeTurn = turnsOf(ENUMERATED_AT_A_TIME);
  const underWay = new Map<string, Promise<Enumeration>>();
  /** Runs whose enumeration MongoDB stopped here: they need not look abandoned first. */
  const stopped = new Set<string>();

  async function enumerate(runId: string): Promise<Enumeration> {
    const source = findSource((await findRun(runId))?.kind ?? '');
    // A newer process began it: that one, or another, goes on.
    if (source === undefined) return NOT_OURS;
    const enumeration = await enumerateRun(runId, {
      source,
      outbox: lanes.of(source.job.queue.name).outbox,
      leaseMs,
      log,
      signal: stopping.signal,
    });
    if (enumeration.ended === 'cancelled') await cancelWaitingJobs(runId, { lanes, retentionDays });
    if (enumeration.ended !== 'elsewhere') log.info('Run enumerated', { runId, ...enumeration });
    return enumeration;
  }

  function begin(runId: string): Promise<Enumeration> {
    const running = underWay.get(runId);
    if (running !== undefined) return running;
    const started = takeTurn(() => enumerate(runId)).finally(() => underWay.delete(runId));
    underWay.set(runId, started);
    return started;
  }

  const producer: Producer = {
    enqueueUser: (userId, enqueue) => producer.enqueueUsers([userId], enqueue),
    async enqueueUsers(userIds, { batchSize, asOf, backfill = false, trigger } = {}) {
      await producer.requireRoom();
      const run = await openNewRun({
        kind: USER_DATA,
        input: userDataInputOf({ asOf, backfill }),
        trigger: trigger ?? (backfill ? 'backfill' : 'manual'),
        mode: 'queue',
        batchSize: batchSize ?? options.batchSize,
        selection: [...new Set(userIds)].sort(),
        requestId: null,
      });
      const { enqueued, duplicates, notEnqueued } = await begin(run._id);
      return { runId: run._id, enqueued, duplicates, notEnqueued };
    },
    async beginRun(source, input) {
      const { kind, queue } = source.job;
      source.open({ input, selection: null });
      await lanes.of(queue.name).queue.requireRoom();
      const run = await openNewRun({
        ...{ kind, input, trigger: 'manual', mode: 'queue', batchSize: options.batchSize },
        ...{ selection: null, requestId: currentLogContext().requestId ?? null },
      });
      producer.drive(run._id);
      return { runId: run._id };
    },
    drive(runId) {
      begin(runId).catch((error: unknown) => {
        // What else is wrong may be so again: that is left to the look of each minute.
        if (isMongoUnavailable(error)) stopped.add(runId);
        log.error('A run’s enumeration stopped; it goes on as soon as it can', { runId, error });
      });
    },
    async resumeAbandoned() {
      const abandoned = await RunModel.find(
        { ...abandonedRuns(await storeTime(), 'enumerating'), mode: 'queue' },
        { _id: 1 },
      ).lean();
      for (const { _id } of abandoned) producer.drive(_id);
    },
    resumeStopped() {
      const runIds = [...stopped];
      stopped.clear();
      for (const runId of runIds) producer.drive(runId);
    },
    requireRoom: () => lanes.of(USER_DATA).queue.requireRoom(),
    async stop() {
      stopping.abort();
      await Promise.allSettled(underWay.values());
    },
  };
  return producer;
}
