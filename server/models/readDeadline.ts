import { AppError } from '../errors/AppError.ts';

/** A document by its id or a unique key, even on a busy server: longer means that it is away. */
const ONE_DOCUMENT_MS = 700;
/** A page of a list may take its time; that the server answers was seen just before. */
const LIST_MS = 5_000;

type Read<Result> = (options: { signal: AbortSignal }) => PromiseLike<Result>;

/**
 * Reads one document for someone who waits; `read` passes the options on to its query. A MongoDB
 * that is there but gives no answer makes it fail after 0.7 s, long before the driver itself takes
 * notice.
 * @throws AppError `MONGODB_UNAVAILABLE` at the deadline, else whatever the read throws.
 */
export function readOne<Result>(read: Read<Result>): Promise<Result> {
  return withDeadline(read, ONE_DOCUMENT_MS);
}

/** The same for many documents, with 5 s: every request reads its account first, by readOne. */
export function readMany<Result>(read: Read<Result>): Promise<Result> {
  return withDeadline(read, LIST_MS);
}

async function withDeadline<Result>(read: Read<Result>, deadlineMs: number): Promise<Result> {
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    return await read({ signal });
  } catch (cause) {
    if (!signal.aborted) throw cause;
    const message = `MongoDB gave no answer within ${deadlineMs} ms.`;
    throw new AppError('MONGODB_UNAVAILABLE', message, { cause });
  }
}
