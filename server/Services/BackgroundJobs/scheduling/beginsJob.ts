import { AppError } from '../../../errors/AppError.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import type { EnqueueOptions, Enqueuer } from '../enqueuing/enqueuer.ts';
import type { Lanes } from '../enqueuing/lanes.ts';
import type { JobDefinition } from '../queues/jobDefinition.ts';
import { OPEN_STATES } from '../recording/states.ts';
import type { Begun, SlotTarget, SlotToBegin } from './defineSchedule.ts';

interface JobOfSlots<Payload> {
  job: JobDefinition<Payload, unknown>;
  /** What the job of a slot is given; `since` and `slot` bound what it has to cover. */
  payload: (slot: SlotToBegin) => Payload;
  options?: Omit<EnqueueOptions, 'key' | 'runAt'>;
  enqueuer: Pick<Enqueuer, 'enqueue'>;
  lanes: Pick<Lanes, 'of'>;
}

/**
 * Enqueues one job at each slot, without a run. Its key is the slot: enqueued again for the same
 * slot it is the same job. A duplicate of another open job is nothing of the slot's own.
 */
export function beginsJob<Payload>(target: JobOfSlots<Payload>): SlotTarget {
  const { job, payload, options, enqueuer, lanes } = target;
  return {
    ready: () => lanes.of(job.queue.name).queue.requireRoom(),
    async begin(toBegin): Promise<Begun> {
      const key = `${toBegin.schedule}@${toBegin.slot.toISOString()}`;
      try {
        const { became, jobId } = await enqueuer.enqueue(job, payload(toBegin), {
          ...options,
          key,
        });
        return became === 'duplicate' ? { empty: true } : { jobId };
      } catch (error) {
        // Begun already, when `since` was another: the job of the slot is that one.
        const jobId =
          error instanceof AppError && error.code === KEY_REUSED && error.details?.jobId;
        if (typeof jobId === 'string') return { jobId };
        throw error;
      }
    },
    async beginNow(toBegin) {
      const { jobId } = await enqueuer.enqueue(job, payload(toBegin), options ?? {});
      return { jobId };
    },
    async isOpen(begun) {
      if (!('jobId' in begun)) return false;
      const firstTime = { status: { $in: [...OPEN_STATES] }, failedGenerations: { $size: 0 } };
      return (await JobStatusModel.exists({ _id: begun.jobId, ...firstTime })) !== null;
    },
  };
}

const KEY_REUSED = 'IDEMPOTENCY_KEY_REUSED';
