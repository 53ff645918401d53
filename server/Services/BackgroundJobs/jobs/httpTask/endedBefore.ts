import {
  type HttpExecutionDoc,
  HttpExecutionModel,
} from '../../../../models/HttpExecutionModel.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../../models/system/JobStatusModel.ts';

/**
 * The execution of a job that has ended although the job is begun again: its worker died after it wrote the
 * end down and before the queue knew. Its call must not be repeated. Null for one that is open, and for one
 * that people retried since.
 */
export async function endedBefore(jobId: string): Promise<HttpExecutionDoc | null> {
  const execution = await HttpExecutionModel.findOne({
    _id: jobId,
    outcome: { $in: ['completed', 'failed'] },
  }).lean<HttpExecutionDoc>();
  if (execution === null || execution.finishedAt === null) return null;
  if (execution.outcome === 'completed') return execution;
  const job = await JobStatusModel.findById(jobId, { failedGenerations: 1 }).lean<
    Pick<JobStatusDoc, 'failedGenerations'>
  >();
  // The job fails after its execution: a failed job that was retried shows a later end.
  const lastFailed = job?.failedGenerations.at(-1)?.finishedAt ?? null;
  return lastFailed !== null && lastFailed >= execution.finishedAt ? null : execution;
}
