import { setMaxListeners } from 'node:events';
import { AppError } from '../../../errors/AppError.ts';

/** Thrown into the work of a worker that is stopping and whose grace is over. */
export class HandedBack extends Error {
  override readonly name = 'HandedBack';
}

/**
 * Runs work under a deadline. The signal that the work is given aborts when the deadline passes or
 * `control`, which is the work's alone, aborts; work that does not listen is left behind, and its end
 * no longer counts.
 * @throws AppError `DEADLINE_EXCEEDED`, or the reason for which `control` aborts.
 */
export async function withinDeadline<T>(
  deadlineMs: number,
  control: AbortController,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal } = control;
  signal.throwIfAborted();
  const timer = setTimeout(() => {
    control.abort(
      new AppError('DEADLINE_EXCEEDED', `The job did not end within its ${deadlineMs} ms.`),
    );
  }, deadlineMs);
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
  }
}

/**
 * Runs work under a control of its own that aborts with `stop`. Nothing of it stays on `stop`, which lives
 * longer: `AbortSignal.any` would keep a trace of each.
 */
export async function stoppedBy<T>(
  stop: AbortSignal,
  work: (control: AbortController) => Promise<T>,
): Promise<T> {
  stop.throwIfAborted();
  const control = new AbortController();
  const onStop = () => control.abort(stop.reason);
  // Each work listens: more than ten of them are no leak.
  setMaxListeners(0, stop);
  stop.addEventListener('abort', onStop, { once: true });
  try {
    return await work(control);
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}
