import { AppError } from '../../../errors/AppError.ts';

/** A place in a list that is sorted by time and id, newest first. */
export interface Position {
  queuedAt: Date;
  _id: string;
}

/** The position as an opaque text that may stand in a URL. */
export function encodeCursor({ queuedAt, _id }: Position): string {
  return Buffer.from(`${queuedAt.getTime()} ${_id}`).toString('base64url');
}

/** That a cursor is none of ours, with the field that is to be mended. */
export function noCursor(where: 'query' | 'body'): AppError {
  return new AppError(
    'VALIDATION_FAILED',
    'cursor: is not one that an answer gave as nextCursor.',
    { details: { problems: [{ in: where, field: 'cursor', reason: 'is not a nextCursor' }] } },
  );
}

/**
 * @param where the part of the request that brought it.
 * @throws AppError `VALIDATION_FAILED` for anything that encodeCursor did not make.
 */
export function decodeCursor(cursor: string, where: 'query' | 'body' = 'query'): Position {
  const [, time, _id] =
    /^(\d{1,15}) (\S+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (time === undefined || _id === undefined) {
    throw noCursor(where);
  }
  return { queuedAt: new Date(Number(time)), _id };
}
