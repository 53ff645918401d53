import { isMongoUp } from '../config/mongoConn.ts';
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
  return withDeadline(read, ONE_DOCUMENT_MS, async (cause) => noAnswer(ONE_DOCUMENT_MS, cause));
}

/**
 * The same for many documents, with 5 s: every request reads its account first, by readOne.
 * @throws AppError at the deadline: `MONGODB_SLOW` when MongoDB answers others, else
 * `MONGODB_UNAVAILABLE`.
 */
export function readMany<Result>(read: Read<Result>): Promise<Result> {
  return withDeadline(read, LIST_MS, async (cause) =>
    (await isMongoUp()) ? tooSlow(cause) : noAnswer(LIST_MS, cause),
  );
}

async function withDeadline<Result>(
  read: Read<Result>,
  deadlineMs: number,
  whyNot: (cause: unknown) => Promise<AppError>,
): Promise<Result> {
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    return await read({ signal });
  } catch (cause) {
    throw signal.aborted ? await whyNot(cause) : cause;
  }
}

function noAnswer(deadlineMs: number, cause: unknown): AppError {
  const message = `MongoDB gave no answer within ${deadlineMs} ms.`;
  return new AppError('MONGODB_UNAVAILABLE', message, { cause });
}

function tooSlow(cause: unknown): AppError {
  const message = `MongoDB answers, but this took it longer than ${LIST_MS / 1_000} s: ask for less, or try again.`;
  return new AppError('MONGODB_SLOW', message, { cause });
}
