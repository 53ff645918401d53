import type { RunView } from '../runs/balance.ts';

/** What a manual request for a run asks. */
export interface RunRequest {
  /** `YYYY-MM-DD`; today in UTC if absent. */
  asOf?: string | undefined;
  /** ObjectIds or externalIds; all active users if absent. */
  userIds?: readonly string[] | undefined;
  backfill?: boolean | undefined;
  /** The same key by the same account answers with the run it began before. */
  idempotencyKey?: string | undefined;
  accountId: string;
  requestId: string;
}

export interface Page<Item> {
  items: Item[];
  /** Hand it back to read on; null at the end. */
  nextCursor: string | null;
}

/** The six numbers of the queues, as the migration guide shows them. */
export interface QueueStats {
  waiting: number;
  active: number;
  completed: number;
  failed: number;
  delayed: number;
  total: number;
}

/** The same, as far as they are known: while Redis is away what it alone knows is null. */
export type KnownQueueStats = { redisAvailable: boolean } & {
  [Count in keyof QueueStats]: Count extends 'completed' | 'failed' ? number : number | null;
};

/** Which failed jobs to retry, and how fast. */
export interface RetryFilter {
  runId?: string | undefined;
  code?: string | undefined;
  /** Look at so many at most. */
  limit: number;
  /** The `nextCursor` of the part before. */
  cursor?: string | undefined;
  /** Let so many begin in a second; all at once if absent. */
  ratePerSecond?: number | undefined;
  /** The HTTP request that asks: the lines that the jobs log carry it. */
  requestId?: string | undefined;
}

export interface RetriedPart {
  retried: number;
  /** Those whose user has a live job meanwhile, and those of a cancelled run. */
  skipped: number;
  /** Hand it back to go on; absent when none is left. */
  nextCursor?: string;
}

/**
 * What an admin may ask and do about runs and jobs. Every method rejects with an AppError:
 * `REDIS_UNAVAILABLE` or `MONGODB_UNAVAILABLE` within a second when a dependency is away,
 * `NOT_FOUND`, or the code named beside it.
 */
export interface Administration {
  /** Newest first; of one kind, or all. */
  listRuns(options: {
    limit: number;
    cursor?: string | undefined;
    kind?: string | undefined;
  }): Promise<Page<RunView>>;
  getRun(runId: string): Promise<RunView>;
  /** The run as it stands, and again whenever it has changed, until it has finished or `signal`
   * aborts. */
  followRun(runId: string, signal: AbortSignal): AsyncIterable<RunView>;
  /** `UNKNOWN_USERS` with `details.userIds`; `IDEMPOTENCY_KEY_REUSED` for another request. */
  requestRun(request: RunRequest): Promise<{ runId: string }>;
  /** `RUN_FINISHED` when nothing is left to cancel. Jobs already at work are left to end. */
  cancelRun(runId: string): Promise<{ runId: string }>;
  /** `JOB_NOT_FAILED`; `JOB_PENDING` with `details.jobId`, the user's live job. */
  retryJob(jobId: string, requestId?: string): Promise<{ jobId: string; generation: number }>;
  /** `JOB_FINISHED`; `NOT_CANCELLABLE`. `cancelling` until it is out of the queue, or its worker has ended it. */
  cancelJob(jobId: string): Promise<{ jobId: string; status: 'cancelled' | 'cancelling' }>;
  /** Oldest first. `REDIS_NEARLY_FULL`; `VALIDATION_FAILED` for a cursor that is none. */
  retryFailed(filter: RetryFilter): Promise<RetriedPart>;
  /** The numbers of all queues, or of one. `NOT_FOUND` for a queue that is not there. */
  queueStats(queue?: string): Promise<QueueStats>;
  /** The same of one queue, also while Redis is away. */
  knownQueueStats(queue: string): Promise<KnownQueueStats>;
  /** One sentence: why the job (by its id) is not running, or what became of it. */
  why(jobId: string): Promise<{ jobId: string; why: string }>;
  /** Where the queue holds these jobs now, by job id: `waiting`, `active`, `delayed`, …, `unknown`. */
  liveStates(
    jobs: readonly { jobId: string; queue: string; generation: number }[],
  ): Promise<ReadonlyMap<string, string>>;
}
