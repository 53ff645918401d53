import { AsyncLocalStorage } from 'node:async_hooks';

/** The job at work, as what it enqueues sees it. */
interface ParentJob {
  /** A key for its next job: the same for the same place in every try. */
  nextKey(): string;
}

const storage = new AsyncLocalStorage<ParentJob>();

/** Runs a job's work so that what it enqueues, however deep and asynchronous, is known as its. */
export function asParentJob<Result>(jobId: string, work: () => Result): Result {
  let enqueued = 0;
  const nextKey = () => {
    enqueued += 1;
    return `${jobId}/${enqueued}`;
  };
  return storage.run({ nextKey }, work);
}

/** The job within whose work this is called; undefined outside of any. */
export function parentJob(): ParentJob | undefined {
  return storage.getStore();
}
