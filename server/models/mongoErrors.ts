import { mongo } from 'mongoose';

const DUPLICATE_KEY = 11_000;

/** Names of errors by which the driver and mongoose say that no server answers. */
const UNAVAILABLE = new Set([
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoOperationTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoServerClosedError',
  'MongoPoolClosedError',
  'MongoPoolClearedError',
  'MongoWaitQueueTimeoutError',
  'PoolClearedOnNetworkError',
  'MongoClientClosedError',
]);

/** Codes of a server that is there but cannot serve now: stepping down, shutting down, starting. */
const RETRYABLE_CODES = new Set([
  6, 7, 89, 91, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

/** How the driver marks an operation that met no server, or lost it midway. */
const LABELS = ['RetryableWriteError', 'ResetPool', 'InterruptInUseConnections'];

/** Whether the error says that a unique index already holds this key. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY;
}

/**
 * The positions of an unordered bulk write that hit a unique index, when nothing else failed.
 * @throws the error itself when it holds any other failure.
 */
export function duplicateKeyPositions(error: unknown): number[] {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
  const failures = [error.writeErrors].flat();
  if (failures.length === 0 || failures.some((failure) => failure.code !== DUPLICATE_KEY))
    throw error;
  return failures.map((failure) => failure.index);
}

/** Whether the error says that MongoDB is away, as against having refused what was asked. */
export function isMongoUnavailable(error: unknown): boolean {
  return withinError(error).some(saysUnavailable);
}

/** The error and those that it says it comes from; each once, for a chain of causes may be a ring. */
function withinError(error: unknown): Error[] {
  const found = new Set<Error>();
  const open = [error];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!(next instanceof Error) || found.has(next)) continue;
    found.add(next);
    open.push(next.cause);
    // A bulk write that lost the server keeps the network's error where else the server's answer is.
    if (next instanceof mongo.MongoBulkWriteError) open.push(next.errorResponse);
  }
  return [...found];
}

function saysUnavailable(error: Error): boolean {
  if (UNAVAILABLE.has(error.name)) return true;
  if (error instanceof mongo.MongoError && LABELS.some((label) => error.hasErrorLabel(label))) {
    return true;
  }
  if (isDriversBrokenPipe(error)) return true;
  if (error instanceof mongo.MongoServerError) return RETRYABLE_CODES.has(Number(error.code));
  // mongoose's own, with bufferCommands off: it has no class or code for it.
  return error.name === 'MongooseError' && error.message.includes('bufferCommands = false');
}

/**
 * A write to a socket that the server has just closed comes out of the driver as Node's own error.
 * Only the stack tells it from the broken pipe of some other client, which is no outage of MongoDB.
 */
function isDriversBrokenPipe(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE' && /[\\/]mongodb[\\/]/.test(error.stack ?? '');
}
