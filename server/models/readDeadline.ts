import { AppError } from '../errors/AppError.ts';

const READ_DEADLINE_MS = 700;

/**
 * A read that someone waits for; `read` passes the options on to its query. A MongoDB that is there
 * but gives no answer makes it fail after 0.7 s, long before the driver itself takes notice.
 * @throws AppError `MONGODB_UNAVAILABLE` at the deadline, else whatever the read throws.
 */
export async function withReadDeadline<Result>(
  read: (options: { signal: AbortSignal }) => PromiseLike<Result>,
): Promise<Result> {
  const signal = AbortSignal.timeout(READ_DEADLINE_MS);
  try {
    return await read({ signal });
  } catch (cause) {
    if (!signal.aborted) throw cause;
    const message = `MongoDB gave no answer within ${READ_DEADLINE_MS} ms.`;
    throw new AppError('MONGODB_UNAVAILABLE', message, { cause });
  }
}
