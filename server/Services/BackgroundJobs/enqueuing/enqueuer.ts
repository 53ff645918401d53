import { chunksOf } from '../../../config/chunksOf.ts';
import type { Env } from '../../../config/env.ts';
import { gather } from '../../../config/gather.ts';
import { currentLogContext } from '../../../config/logContext.ts';
import { ownTurn } from '../../../config/ownTurn.ts';
import { turnsOf } from '../../../config/turns.ts';
import { AppError } from '../../../errors/AppError.ts';
import type { JobState } from '../../../models/system/JobStatusModel.ts';
import { reserveInSequence } from '../../../models/system/SequenceModel.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import type { JobDefinition } from '../queues/jobDefinition.ts';
import type { QueueEntry } from '../queues/jobQueue.ts';
import { RUN_SEQUENCE } from '../runs/ledger.ts';
import { acceptRequest, type JobRequest } from './acceptRequest.ts';
import type { Lane, Lanes } from './lanes.ts';
import { recordSingles } from './recordSingles.ts';

/** What an enqueuer may say of a job besides its payload. A call wins over the kind's definition. */
export interface EnqueueOptions {
  /**
   * The job's identity: the same kind and key is the same job for as long as its record is kept, and a
   * second call runs nothing. Effects that must stay once beyond that need a document of their own.
   */
  readonly key?: string;
  /** Exclusion: of the open jobs of a kind with the same one there is one, the others are duplicates. */
  readonly unique?: string;
  /**
   * When `unique` is released. `end`, the default, leaves out work that is under way already; `start` is for
   * work that must see what changed after it began: one job more waits beside the one at work. A job that was
   * tried or put off does not take it again.
   */
  readonly uniqueUntil?: 'start' | 'end';
  /** Not before this instant; kept in MongoDB alone until it is nearly due. */
  readonly runAt?: Date;
  /** Lower goes first, 1 to 1,000; 100 by default. */
  readonly priority?: number;
  /** Attempts in all. */
  readonly attempts?: number;
  /** How long an attempt may take. */
  readonly deadlineMs?: number;
  /** The user whom it is about: deleting the user takes the job along. */
  readonly userId?: string;
}

/** What became of a request for a job. */
export type Enqueued =
  | { jobId: string; became: 'accepted' }
  /** The job of this kind and key is there already. */
  | { jobId: string; became: 'known'; status: JobState }
  /** `of` is the open job with the same `unique`, which does the work. */
  | { jobId: string; became: 'duplicate'; of: string };

/** Puts single jobs in: jobs that belong to no run. */
export interface Enqueuer {
  /**
   * Puts one job in. Calls in flight are gathered: a thousand are a few bulk writes. Once it is
   * answered the job is recorded durably, whatever comes after.
   * @throws AppError `VALIDATION_FAILED` for the payload or an option; `IDEMPOTENCY_KEY_REUSED` for
   * a known key with another payload; `REDIS_UNAVAILABLE` or `REDIS_NEARLY_FULL`: nothing is recorded.
   */
  enqueue<Payload>(
    job: JobDefinition<Payload, unknown>,
    payload: Payload,
    options?: EnqueueOptions,
  ): Promise<Enqueued>;
  /** Puts many in, a page after another, and answers in their order; memory is bounded by the caller's list. */
  enqueueMany<Payload>(
    job: JobDefinition<Payload, unknown>,
    requests: readonly ({ payload: Payload } & EnqueueOptions)[],
  ): Promise<Enqueued[]>;
}

interface EnqueuerOptions {
  lanes: Lanes;
  /** Jobs handed to the queue in one round trip. */
  batchSize: number;
  /** A job that is due later than this from now waits in MongoDB alone. */
  horizonMs: number;
  log: JobLog;
}

/**
 * How far ahead a job may be put into Redis: three intervals of the reconciler, so that a crash between
 * record and Redis is mended before its time.
 */
export function horizonOf({ RECONCILE_INTERVAL_MS }: Pick<Env, 'RECONCILE_INTERVAL_MS'>): number {
  return 3 * RECONCILE_INTERVAL_MS;
}

/** Requests recorded with one write. */
const PAGE_SIZE = 1_000;
const PAGES_IN_FLIGHT = 4;
/** Requests looked at in one turn of the event loop: some milliseconds. */
const LOOKED_AT_ONCE = 500;
/**
 * How long after its record a job may still be handed over from here: a cancel that comes later may
 * rely on it that the job is in the queue or never will be, but by the reconciler.
 */
export const HAND_OVER_MS = 5_000;

/** Makes the enqueuer of this process. */
export function createEnqueuer({ lanes, batchSize, horizonMs, log }: EnqueuerOptions): Enqueuer {
  /** By queue, because what one of them cannot take is no matter of the others. */
  const ways = new Map(
    [...lanes].map((lane) => {
      const putPage = (requests: readonly JobRequest[]) => putIn(requests, lane);
      return [
        lane.queue.name,
        { putPage, putOne: gather(putPage, PAGE_SIZE, PAGES_IN_FLIGHT) },
      ] as const;
    }),
  );

  function wayInto(queue: string) {
    const way = ways.get(queue);
    if (way === undefined) throw new Error(`There is no queue "${queue}" in the catalogue.`);
    return way;
  }

  /** Records a page of requests, and hands over what is due: each is answered for itself. */
  async function putIn(requests: readonly JobRequest[], lane: Lane): Promise<(Enqueued | Error)[]> {
    const soon = Date.now() + horizonMs;
    const isDue = ({ runAt }: JobRequest) => runAt === null || runAt.getTime() <= soon;
    // Numbers that are reserved for nothing are no loss.
    const [firstSeq] = await Promise.all([
      reserveInSequence(RUN_SEQUENCE, requests.length),
      // Whatever waits in MongoDB alone needs no Redis now.
      requests.some(isDue) ? lane.queue.requireRoom() : null,
    ]);
    const recordedAt = Date.now();
    const { answers, entries } = await recordSingles(
      requests.map((request, position) => ({
        request,
        runSeq: firstSeq + position,
        status: isDue(request) ? 'queued' : 'scheduled',
      })),
      lanes,
    );
    const mayGoOn = () => Date.now() < recordedAt + HAND_OVER_MS;
    await handOver(entries, lane, mayGoOn);
    return answers;
  }

  /** They are recorded: whatever goes wrong here, the reconciler puts in what is missing. */
  async function handOver(
    entries: readonly QueueEntry[],
    { queue, outbox }: Lane,
    mayGoOn: () => boolean,
  ): Promise<void> {
    if (entries.length === 0) return;
    await outbox.enqueue(entries, batchSize, mayGoOn).catch((error: unknown) => {
      log.warn('Not all jobs that were recorded could be handed over; the reconciler does it', {
        queue: queue.name,
        error,
      });
    });
  }

  function requestOf<Payload>(
    job: JobDefinition<Payload, unknown>,
    payload: Payload,
    options: EnqueueOptions,
  ): JobRequest {
    return acceptRequest(job, payload, options, currentLogContext().requestId ?? null);
  }

  return {
    async enqueue(job, payload, options = {}) {
      const request = requestOf(job, payload, options);
      return wayInto(request.queue).putOne(request);
    },
    async enqueueMany(job, requests) {
      // All are looked at before the first is recorded.
      const asked: JobRequest[] = [];
      for (const [position, { payload, ...options }] of requests.entries()) {
        if (position % LOOKED_AT_ONCE === 0) await ownTurn();
        asked.push(requestOf(job, payload, options));
      }
      const { putPage } = wayInto(job.queue.name);
      const takeTurn = turnsOf(PAGES_IN_FLIGHT);
      let hasFailed = false;
      const pages = chunksOf(asked, PAGE_SIZE).map((page) =>
        takeTurn(async () => {
          // After one that failed no other is begun.
          if (hasFailed) return [];
          try {
            return (await putPage(page)).map(orThrow);
          } catch (error) {
            hasFailed = true;
            throw error;
          }
        }),
      );
      return (await Promise.all(pages)).flat();
    },
  };
}

function orThrow(answer: Enqueued | Error): Enqueued {
  if (answer instanceof Error) throw answer;
  return answer;
}

/** Says that a key stands for another job already. */
export function keyReused(kind: string, key: string, jobId: string): AppError {
  return new AppError(
    'IDEMPOTENCY_KEY_REUSED',
    `The key "${key}" of ${kind} stands for the job ${jobId} with another payload: take a new key.`,
    { details: { jobId } },
  );
}
