import { setMaxListeners } from 'node:events';
import { AppError } from '../../../errors/AppError.ts';

/** Thrown into the work of a worker that is stopping and whose grace is over. */
export class HandedBack extends Error {
  override readonly name = 'HandedBack';
}

/**
 * Runs work under a deadline. The signal that the work is given aborts when the deadline passes
 * or `stop` aborts; work that does not listen is left behind, and its end no longer counts.
 * @throws AppError `DEADLINE_EXCEEDED`, or HandedBack when `stop` aborts.
 */
export async function withinDeadline<T>(
  deadlineMs: number,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  stop.throwIfAborted();
  // Not AbortSignal.any: `stop` lives as long as the worker and would keep a trace of every job.
  const abort = new AbortController();
  const { signal } = abort;
  const timer = setTimeout(() => {
    abort.abort(
      new AppError('DEADLINE_EXCEEDED', `The job did not end within its ${deadlineMs} ms.`),
    );
  }, deadlineMs);
  const onStop = () => abort.abort(stop.reason);
  // Each job at work listens: more than ten of them are no leak.
  setMaxListeners(0, stop);
  stop.addEventListener('abort', onStop, { once: true });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([work(signal), aborted]);
  } catch (error) {
    // Work that was aborted may throw an error of its own, which does not say why.
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  }
}
