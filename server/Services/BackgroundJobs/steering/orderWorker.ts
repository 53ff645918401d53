import { AppError } from '../../../errors/AppError.ts';
import { DURABLE } from '../../../models/durable.ts';
import {
  type WorkerAsked,
  WorkerModel,
  type WorkerOrder,
} from '../../../models/system/WorkerModel.ts';
import { liveWorkers } from '../consuming/workerSigns.ts';

/**
 * Asks one worker to take no more jobs, to take them again, or to stop; it follows within seconds. One that is
 * asked to stop hands back what it cannot end within its grace.
 * @throws AppError `NOT_FOUND` when no worker of that name is alive.
 */
export async function orderWorker(
  name: string,
  { order, by }: { order: WorkerOrder; by: string },
): Promise<{ worker: string; asked: WorkerAsked }> {
  const alive = (await liveWorkers()).some(({ _id }) => _id === name);
  const asked = { order, at: new Date(), by };
  const { matchedCount } = alive
    ? await WorkerModel.updateOne(
        // One that is stopping is not called back.
        { _id: name, farewellAt: null, 'asked.order': { $ne: 'stop' } },
        { $set: { asked } },
        { writeConcern: DURABLE },
      )
    : { matchedCount: 0 };
  if (matchedCount === 1) return { worker: name, asked };
  throw new AppError('NOT_FOUND', `There is no worker ${name} at work, or it is stopping already.`);
}
