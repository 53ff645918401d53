import type { WorkerOrder } from '../models/system/WorkerModel.ts';
import { orderWorker } from '../Services/BackgroundJobs/steering/orderWorker.ts';
import { accepted } from './reply.ts';

/** Steering single workers over HTTP. */
export const workersController = {
  order: async (worker: string, asked: { order: WorkerOrder; by: string }) =>
    accepted(await orderWorker(worker, asked)),
};

export type WorkersController = typeof workersController;
