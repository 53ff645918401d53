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
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(
      new AppError('DEADLINE_EXCEEDED', `The job did not end within its ${deadlineMs} ms.`),
    );
  }, deadlineMs);
  const signal = AbortSignal.any([deadline.signal, stop]);
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work(signal), aborted]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
