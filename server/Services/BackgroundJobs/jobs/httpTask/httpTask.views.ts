import type { HttpExecutionDoc } from '../../../../models/HttpExecutionModel.ts';
import type { TaskWay } from '../../../../models/HttpJobModel.ts';
import { readMany } from '../../../../models/readDeadline.ts';
import {
  type JobState,
  type JobStatusDoc,
  JobStatusModel,
} from '../../../../models/system/JobStatusModel.ts';

/** An execution as people see it, in the field names of the REST interface. */
export interface TaskView {
  id: string;
  job_id: string;
  api_url: string;
  max_retry_count: number;
  retry_count: number;
  created_at: Date;
  scheduled_at: Date;
  timeout: number;
  trigger: HttpExecutionDoc['trigger'];
  way: TaskWay;
  status: JobState;
  /** When it is tried next, if it is known. */
  next_attempt_at: Date | null;
  held: number;
  error: { code: string; message: string } | null;
  finished_at: Date | null;
  attempts: {
    started_at: Date;
    finished_at: Date;
    outcome: 'completed' | 'failed' | 'interrupted';
    status: number | null;
    error: { code: string; message: string } | null;
    timings: { queue: number; connect: number; first_byte: number; total: number } | null;
    bytes: number;
    redirects: number;
    answer: string | null;
    worker: string;
  }[];
}

type Known = Pick<JobStatusDoc, '_id' | 'status' | 'runAt' | 'error' | 'finishedAt'>;

/** What became of executions: from the jobs' records as long as these are kept. */
export async function taskViews(executions: readonly HttpExecutionDoc[]): Promise<TaskView[]> {
  const ids = executions.map(({ _id }) => _id);
  const records = await readMany((read) =>
    JobStatusModel.find(
      { _id: { $in: ids } },
      { status: 1, runAt: 1, error: 1, finishedAt: 1 },
      read,
    ).lean<Known[]>(),
  );
  const byId = new Map(records.map((record) => [record._id, record]));
  return executions.map((execution) => viewOf(execution, byId.get(execution._id)));
}

/** What became of one. */
export async function taskView(execution: HttpExecutionDoc): Promise<TaskView> {
  const [view] = await taskViews([execution]);
  if (view === undefined) throw new Error('An execution was given, and none came back.');
  return view;
}

function viewOf(execution: HttpExecutionDoc, record: Known | undefined): TaskView {
  const status = record?.status ?? execution.outcome ?? statusInMemory(execution);
  const isWaiting = status === 'scheduled' || status === 'delayed' || status === 'queued';
  return {
    id: execution._id,
    job_id: execution.httpJobId,
    api_url: execution.apiUrl,
    max_retry_count: execution.maxRetryCount,
    retry_count: execution.retryCount,
    created_at: execution.createdAt,
    scheduled_at: execution.scheduledAt,
    timeout: execution.timeoutSeconds,
    trigger: execution.trigger,
    way: execution.way ?? 'queue',
    status,
    next_attempt_at: isWaiting ? (record?.runAt ?? dueAt(execution)) : null,
    held: execution.held,
    error: record?.error ?? execution.error,
    finished_at: record?.finishedAt ?? execution.finishedAt,
    attempts: execution.attempts.map((attempt) => ({
      started_at: attempt.startedAt,
      finished_at: attempt.finishedAt,
      outcome: attempt.outcome,
      status: attempt.status,
      error: attempt.error,
      timings: attempt.timings && {
        queue: attempt.timings.queueMs,
        connect: attempt.timings.connectMs,
        first_byte: attempt.timings.firstByteMs,
        total: attempt.timings.totalMs,
      },
      bytes: attempt.bytes,
      redirects: attempt.redirects,
      answer: attempt.answer,
      worker: attempt.worker,
    })),
  };
}

/** The state of an execution without a job: one of the queue has lost its record. */
function statusInMemory({ way, current, scheduledAt }: HttpExecutionDoc): JobState {
  if (way !== 'in-memory') return 'failed';
  if (current !== null) return 'active';
  return scheduledAt > new Date() ? 'scheduled' : 'queued';
}

/** When a task that is called in memory is due, while its time is still to come; null for all others. */
function dueAt({ way, scheduledAt }: HttpExecutionDoc): Date | null {
  return way === 'in-memory' && scheduledAt > new Date() ? scheduledAt : null;
}
