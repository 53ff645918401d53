import { inTime } from '../../../config/inTime.ts';
import { AppError } from '../../../errors/AppError.ts';
import { readOne } from '../../../models/readDeadline.ts';
import {
  type JobFailure,
  type JobState,
  type JobStatusDoc,
  JobStatusModel,
} from '../../../models/system/JobStatusModel.ts';
import { userIdsOf } from '../../Users/userIds.ts';
import type { JobKind } from '../queues/jobDefinition.ts';
import { isRedisUnavailable } from '../queues/redisErrors.ts';
import { isFinal } from '../recording/states.ts';
import type { Administration, Page } from './administration.ts';
import { workedOnBy } from './duplicates.ts';
import { failureForUser } from './failureForUser.ts';
import {
  type JobHistory,
  type JobLogView,
  noSuchJob,
  readHistory,
  readJobLog,
} from './jobHistory.ts';
import { IN_ANY_STATE, type JobSearch, searchFilter } from './jobSearch.ts';
import { timesOf } from './likelyTimes.ts';
import { newestRecords } from './newestRecords.ts';
import { decodeCursor, encodeCursor } from './positionCursor.ts';

/** A job as people see it. */
export interface JobView {
  jobId: string;
  kind: string;
  /** Null for a job that belongs to no run. */
  runId: string | null;
  queue: string;
  /** The ObjectId of the user whom it is about; null if it is about none. */
  userId: string | null;
  status: JobState;
  attempts: number;
  starts: number;
  generation: number;
  key: string | null;
  unique: string | null;
  /** Not before this instant. */
  runAt: Date | null;
  priority: number | null;
  /** The job that does this one's work: it was pending, or has the same key, so this one was not made. */
  duplicateOf: string | null;
  error: JobFailure | null;
  result: unknown;
  /** How far it is, 0 to 100, as its work said last; null if it said nothing. */
  progress: number | null;
  /** How much the work did, by its result's own count; null where it does not count. */
  effects: number | null;
  queuedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  durationMs: number | null;
  worker: string | null;
  /** Where the queue holds it now; `unavailable` while Redis is away, null once finished. */
  liveState: string | null;
}

/** Who reads: `user` is the one whom the jobs are for. */
export type Reader = 'user' | 'staff';

interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

/**
 * What became of jobs, from their records; lists are newest first. Every method rejects with
 * `MONGODB_UNAVAILABLE` or the driver's own error within a second when MongoDB is away, and with
 * `VALIDATION_FAILED` for a cursor that is none.
 */
export interface JobQueries {
  /** The ObjectId of the user that goes by this ObjectId or externalId; null if there is none. */
  findUserId(reference: string): Promise<string | null>;
  /**
   * The texts of errors are for the staff alone: the user gets a sentence for each code.
   * @throws AppError `NOT_FOUND` for an unknown user.
   */
  ofUser(reference: string, page: PageRequest & { reader: Reader }): Promise<Page<JobView>>;
  /** @throws AppError `NOT_FOUND`. */
  byId(jobId: string): Promise<JobView>;
  /** @throws AppError `NOT_FOUND`. */
  history(jobId: string): Promise<JobHistory>;
  /** @throws AppError `NOT_FOUND`. */
  log(jobId: string): Promise<JobLogView>;
  recent(page: PageRequest & { status?: JobState | undefined }): Promise<Page<JobView>>;
  failed(
    page: PageRequest & { runId?: string | undefined; code?: string | undefined },
  ): Promise<Page<JobView>>;
  /** Those that fit every word of the search; none for a user that is not there. */
  search(page: PageRequest & JobSearch): Promise<Page<JobView>>;
}

const SHOWN = {
  kind: 1,
  runId: 1,
  queue: 1,
  userId: 1,
  status: 1,
  attempts: 1,
  starts: 1,
  generation: 1,
  key: 1,
  unique: 1,
  runAt: 1,
  priority: 1,
  duplicateOf: 1,
  error: 1,
  result: 1,
  effects: 1,
  progress: 1,
  queuedAt: 1,
  startedAt: 1,
  finishedAt: 1,
  durationMs: 1,
  worker: 1,
} as const;
/** What a view shows beyond the record. */
type Live = Pick<JobView, 'duplicateOf' | 'liveState'>;
type ShownDoc = Pick<JobStatusDoc, '_id' | keyof typeof SHOWN>;

const LIVE_STATES_MS = 400;

/** One who is being deleted too: their jobs are there until the end. */
async function findUserId(reference: string): Promise<string | null> {
  return (await userIdsOf([reference], { deleting: 'too' })).get(reference) ?? null;
}

function toView({ _id, userId, progress, ...shown }: ShownDoc, live: Live): JobView {
  return {
    jobId: _id,
    userId: userId?.toString() ?? null,
    progress: progress ?? null,
    ...shown,
    ...live,
  };
}

function withoutText(job: JobView): JobView {
  return { ...job, error: job.error && failureForUser(job.error) };
}

/**
 * The queries over all jobs; of the administration they need where the queue holds a job.
 * @param kinds those of the catalogue.
 */
export function createJobQueries(
  { liveStates }: Pick<Administration, 'liveStates'>,
  kinds: readonly Pick<JobKind, 'kind' | 'queue'>[],
): JobQueries {
  /** Null if Redis cannot say so in time: the records are worth showing without. */
  function askQueue(docs: readonly ShownDoc[]): Promise<ReadonlyMap<string, string> | null> {
    const jobs = docs.map(({ _id, queue, generation }) => ({ jobId: _id, queue, generation }));
    const states = liveStates(jobs).catch((error: unknown) => {
      if (isRedisUnavailable(error)) return null;
      throw error;
    });
    return inTime(states, LIVE_STATES_MS, null);
  }

  async function liveStatesOf(docs: readonly ShownDoc[]): Promise<(jobId: string) => string> {
    const open = docs.filter(({ status }) => !isFinal(status));
    if (open.length === 0) return () => 'unknown';
    const states = await askQueue(open);
    return (jobId) => (states === null ? 'unavailable' : (states.get(jobId) ?? 'unknown'));
  }

  async function views(docs: readonly ShownDoc[]): Promise<JobView[]> {
    const named = docs.flatMap(({ duplicateOf }) => duplicateOf ?? []);
    const [liveStateOf, working] = await Promise.all([liveStatesOf(docs), workedOnBy(named)]);
    return docs.map((doc) =>
      toView(doc, {
        duplicateOf: doc.duplicateOf && (working.get(doc.duplicateOf) ?? doc.duplicateOf),
        liveState: isFinal(doc.status) ? null : liveStateOf(doc._id),
      }),
    );
  }

  async function page(
    filter: Record<string, unknown>,
    { limit, cursor }: PageRequest,
    likely: readonly number[],
  ): Promise<Page<JobView>> {
    const position = cursor === undefined ? null : decodeCursor(cursor);
    const wanted = { position, count: limit + 1, likely };
    const docs = await newestRecords<ShownDoc>(filter, SHOWN, wanted);
    const items = docs.slice(0, limit);
    const last = items.at(-1);
    return {
      items: await views(items),
      nextCursor: docs.length > limit && last !== undefined ? encodeCursor(last) : null,
    };
  }

  return {
    findUserId,

    async ofUser(reference, { reader, ...options }) {
      const userId = await findUserId(reference);
      if (userId === null) throw new AppError('NOT_FOUND', `There is no user ${reference}.`);
      const jobs = await page({ userId }, options, await timesOf({ user: reference }));
      if (reader === 'staff') return jobs;
      return { ...jobs, items: jobs.items.map(withoutText) };
    },

    async byId(jobId) {
      const doc = await readOne((options) =>
        JobStatusModel.findOne({ _id: jobId }, SHOWN, options).lean<ShownDoc>(),
      );
      const [view] = await views(doc === null ? [] : [doc]);
      if (view === undefined) throw noSuchJob(jobId);
      return view;
    },

    history: readHistory,

    log: readJobLog,

    recent({ status, ...options }) {
      return page(status === undefined ? IN_ANY_STATE : { status }, options, []);
    },

    async search({ limit, cursor, ...words }) {
      const [filter, likely] = await Promise.all([
        searchFilter(words, { findUserId, kinds }),
        timesOf(words),
      ]);
      if (filter === null) return { items: [], nextCursor: null };
      return page(filter, { limit, cursor }, likely);
    },

    async failed({ runId, code, ...options }) {
      return page(
        {
          status: 'failed',
          ...(runId !== undefined && { runId }),
          ...(code !== undefined && { 'error.code': code }),
        },
        options,
        await timesOf({ run: runId, error: code }),
      );
    },
  };
}
