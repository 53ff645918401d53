import { AppError } from '../../errors/AppError.ts';
import type { Enqueuer } from './enqueuing/enqueuer.ts';
import { parentJob } from './enqueuing/parentJob.ts';

let ofThisProcess: Enqueuer | undefined;

/** Makes `enqueue` and `enqueueMany` go through this enqueuer; undone by the function it answers. */
export function provideEnqueuer(enqueuer: Enqueuer): () => void {
  ofThisProcess = enqueuer;
  return () => {
    if (ofThisProcess === enqueuer) ofThisProcess = undefined;
  };
}

function current(): Enqueuer {
  if (ofThisProcess !== undefined) return ofThisProcess;
  throw new AppError(
    'INTERNAL',
    'Nothing can be enqueued from this process: it is neither the API nor a worker, or it is not started yet.',
  );
}

/**
 * Puts one job in, from a route, a service or a processor. In a processor the key is, unless one is
 * given, that of the job at work and a number: the job's next try puts nothing in again.
 * @throws AppError as Enqueuer says.
 */
export const enqueue: Enqueuer['enqueue'] = (job, payload, options = {}) => {
  const key = options.key ?? parentJob()?.nextKey();
  return current().enqueue(job, payload, key === undefined ? options : { ...options, key });
};

/** Puts many jobs in, as `enqueue` does; answers in their order. */
export const enqueueMany: Enqueuer['enqueueMany'] = (job, requests) => {
  const parent = parentJob();
  if (parent === undefined) return current().enqueueMany(job, requests);
  return current().enqueueMany(
    job,
    requests.map((request) => ({ ...request, key: request.key ?? parent.nextKey() })),
  );
};
