import { AppError } from '../../../errors/AppError.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import type { Lanes } from '../enqueuing/lanes.ts';
import { isRedisUnavailable } from '../queues/redisErrors.ts';
import { cancelRequested, requestCancel } from '../reconciling/cancelRequested.ts';
import { isFinal } from '../recording/states.ts';
import type { Administration } from './administration.ts';

/** Cancels one job, wherever it is. */
export function createCancelJob(lanes: Lanes): Administration['cancelJob'] {
  return async (jobId) => {
    const record = await JobStatusModel.findById(jobId).lean<JobStatusDoc>();
    if (record === null) throw new AppError('NOT_FOUND', `There is no job ${jobId}.`);
    if (lanes.find(record.queue) === undefined) {
      throw new AppError(
        'NOT_CANCELLABLE',
        `The job ${jobId} stands in no queue (${record.queue}): cancel its run instead.`,
      );
    }
    if (isFinal(record.status) || !(await requestCancel(jobId))) throw await finished(jobId);
    // The intent stands: without Redis it is carried out when Redis answers.
    await cancelRequested(lanes, jobId).catch((error: unknown) => {
      if (!isRedisUnavailable(error)) throw error;
    });
    const now = await JobStatusModel.findById(jobId, { status: 1 }).lean();
    return { jobId, status: now?.status === 'cancelled' ? 'cancelled' : 'cancelling' };
  };
}

async function finished(jobId: string): Promise<AppError> {
  const record = await JobStatusModel.findById(jobId, { status: 1 }).lean();
  const status = record?.status ?? 'expired';
  return new AppError('JOB_FINISHED', `The job ${jobId} is ${status} already.`, {
    details: { status },
  });
}
