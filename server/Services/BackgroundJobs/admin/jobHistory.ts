import { AppError } from '../../../errors/AppError.ts';
import { readOne } from '../../../models/readDeadline.ts';
import {
  type AttemptDoc,
  type JobState,
  type JobStatusDoc,
  JobStatusModel,
  type LogLineDoc,
} from '../../../models/system/JobStatusModel.ts';

/** How a job failed. */
export interface JobHistory {
  jobId: string;
  status: JobState;
  generation: number;
  /** One line for each failed attempt of this generation, oldest first. */
  attempts: string[];
  /** The failed generations before this one, oldest first. */
  earlier: { generation: number; finishedAt: Date | null; attempts: string[] }[];
}

/** What a job's starts came to, and what its work said. */
export interface JobLogView {
  jobId: string;
  status: JobState;
  /** 0 to 100, as its work said last; null if it said nothing. */
  progress: number | null;
  /** The last 20 starts that ended, oldest first. One that ended with its worker is missing. */
  attempts: AttemptDoc[];
  /** The last 100 lines, oldest first. */
  lines: LogLineDoc[];
}

const HISTORY = { status: 1, generation: 1, history: 1, failedGenerations: 1 } as const;
const LOG = {
  ...{ status: 1, generation: 1, starts: 1, startedAt: 1, finishedAt: 1, worker: 1, error: 1 },
  ...{ attemptLog: 1, logLines: 1, progress: 1 },
} as const;
type LogDoc = Pick<JobStatusDoc, '_id' | keyof typeof LOG>;

/** Says that no record has this id. */
export function noSuchJob(jobId: string): AppError {
  return new AppError('NOT_FOUND', `There is no job ${jobId}, or its record has expired.`);
}

/** @throws AppError `NOT_FOUND`. */
export async function readHistory(jobId: string): Promise<JobHistory> {
  const doc = await readOne((options) =>
    JobStatusModel.findOne({ _id: jobId }, HISTORY, options).lean<
      Pick<JobStatusDoc, keyof typeof HISTORY>
    >(),
  );
  if (doc === null) throw noSuchJob(jobId);
  return {
    jobId,
    status: doc.status,
    generation: doc.generation,
    attempts: doc.history,
    earlier: doc.failedGenerations.map(({ history, ...generation }) => ({
      ...generation,
      attempts: history,
    })),
  };
}

/** @throws AppError `NOT_FOUND`. */
export async function readJobLog(jobId: string): Promise<JobLogView> {
  const doc = await readOne((options) =>
    JobStatusModel.findOne({ _id: jobId }, LOG, options).lean<LogDoc>(),
  );
  if (doc === null) throw noSuchJob(jobId);
  return {
    jobId,
    status: doc.status,
    progress: doc.progress ?? null,
    attempts: attemptsOf(doc),
    lines: doc.logLines ?? [],
  };
}

/**
 * Each start once, though its note may have been written twice. The last one of a job that is done
 * needs no note: the record itself says how it ended.
 */
function attemptsOf(doc: LogDoc): AttemptDoc[] {
  const byStart = new Map<string, AttemptDoc>();
  for (const attempt of doc.attemptLog ?? []) {
    byStart.set(`${attempt.generation} ${attempt.start}`, attempt);
  }
  const { status, generation, starts: start, startedAt, finishedAt: endedAt, worker, error } = doc;
  const last = `${generation} ${start}`;
  if ((status === 'completed' || status === 'failed') && start > 0 && !byStart.has(last)) {
    byStart.set(last, { generation, start, startedAt, endedAt, worker, outcome: status, error });
  }
  return [...byStart.values()];
}
