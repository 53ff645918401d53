import { mongo } from 'mongoose';
import { saysItCannotServe } from './serverRefusals.ts';

/** The code of a write that met a unique index. */
export const DUPLICATE_KEY = 11_000;

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

/** How the driver or the server marks an operation that met no server, lost it, or was one too many. */
const LABELS = [
  'RetryableWriteError',
  'ResetPool',
  'InterruptInUseConnections',
  'SystemOverloadedError',
];

/** Whether the error says that a unique index already holds this key. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY;
}

/**
 * The positions of an unordered bulk write that hit a unique index, when nothing else failed.
 * @throws the error itself when it holds any other failure.
 */
export function duplicateKeyPositions(error: unknown): number[] {
  const failures = writeErrorsOf(error);
  if (failures.some((failure) => failure.code !== DUPLICATE_KEY)) throw error;
  return failures.map((failure) => failure.index);
}

/**
 * The failures of single operations of an unordered bulk write; all others took effect, durably.
 * @throws the error itself when that cannot be said: then none is known to hold.
 */
export function writeErrorsOf(error: unknown): mongo.WriteError[] {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
  const failures = [error.writeErrors].flat();
  // Otherwise operations without a failure would be taken for durable.
  if (failures.length === 0 || error.result.getWriteConcernError() !== undefined) throw error;
  return failures;
}

/**
 * Whether the error says that MongoDB is away, or there and unable to serve, as against having
 * refused what was asked.
 */
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
  if (error instanceof mongo.MongoServerError) return refusals(error).some(isCannot);
  // mongoose's own, with bufferCommands off: it has no class or code for it.
  return error.name === 'MongooseError' && error.message.includes('bufferCommands = false');
}

interface Refusal {
  readonly code?: number | string | undefined;
  readonly errmsg?: string | undefined;
}

/** All that the server refused: the command, single writes of a bulk, or their durability. */
function refusals(error: mongo.MongoServerError): Refusal[] {
  const whole = { code: error.code, errmsg: error.message };
  if (!(error instanceof mongo.MongoBulkWriteError)) return [whole];
  const undurable = error.result.getWriteConcernError();
  return [whole, ...[error.writeErrors].flat(), ...(undurable === undefined ? [] : [undurable])];
}

function isCannot({ code, errmsg }: Refusal): boolean {
  return saysItCannotServe(Number(code), errmsg ?? '');
}

/**
 * A write to a socket that the server has just closed comes out of the driver as Node's own error.
 * Only the stack tells it from the broken pipe of some other client, which is no outage of MongoDB.
 */
function isDriversBrokenPipe(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE' && /[\\/]mongodb[\\/]/.test(error.stack ?? '');
}
