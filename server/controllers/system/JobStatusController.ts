import type { JobState } from '../../models/system/JobStatusModel.ts';
import type {
  Administration,
  RetryFilter,
  RunRequest,
} from '../../Services/BackgroundJobs/admin/administration.ts';
import type { JobQueries, Reader } from '../../Services/BackgroundJobs/admin/jobQueries.ts';
import type { Recommendation } from '../../Services/BackgroundJobs/admin/recommendation.ts';
import { accepted, ok } from '../reply.ts';

export interface JobStatusDeps {
  administration: Omit<Administration, 'liveStates'>;
  jobQueries: Omit<JobQueries, 'findUserId'>;
  recommend(): Promise<Recommendation>;
}

interface PageQuery {
  limit: number;
  cursor?: string | undefined;
}

interface FailedFilter {
  runId?: string | undefined;
  code?: string | undefined;
}

/** Seeing and steering runs and jobs: each method is one call of a service. */
export function createJobStatusController(deps: JobStatusDeps) {
  const { administration, jobQueries, recommend } = deps;
  return {
    ofUser: async (userId: string, page: PageQuery & { reader: Reader }) =>
      ok(await jobQueries.ofUser(userId, page)),
    byId: async (jobId: string) => ok(await jobQueries.byId(jobId)),
    history: async (jobId: string) => ok(await jobQueries.history(jobId)),
    log: async (jobId: string) => ok(await jobQueries.log(jobId)),
    recent: async (query: PageQuery & { status?: JobState | undefined }) =>
      ok(await jobQueries.recent(query)),
    failed: async (query: PageQuery & FailedFilter) => ok(await jobQueries.failed(query)),
    queueStats: async (queue?: string) => ok(await administration.queueStats(queue)),
    why: async (jobId: string) => ok(await administration.why(jobId)),
    recommendation: async () => ok(await recommend()),
    runs: async (query: PageQuery & { kind?: string | undefined }) =>
      ok(await administration.listRuns(query)),
    run: async (runId: string) => ok(await administration.getRun(runId)),
    followRun: (runId: string, signal: AbortSignal) => ok(administration.followRun(runId, signal)),
    requestRun: async (request: RunRequest) => accepted(await administration.requestRun(request)),
    cancelRun: async (runId: string) => accepted(await administration.cancelRun(runId)),
    retryJob: async (jobId: string, requestId: string) =>
      accepted(await administration.retryJob(jobId, requestId)),
    cancelJob: async (jobId: string) => accepted(await administration.cancelJob(jobId)),
    retryFailed: async (filter: RetryFilter) => accepted(await administration.retryFailed(filter)),
  };
}

export type JobStatusController = ReturnType<typeof createJobStatusController>;
