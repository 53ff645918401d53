import { AppError } from '../../errors/AppError.ts';
import { type HttpExecutionDoc, HttpExecutionModel } from '../../models/HttpExecutionModel.ts';
import type { Page } from '../../models/pages.ts';
import { readMany, readOne } from '../../models/readDeadline.ts';

/** An execution. @throws AppError `NOT_FOUND` */
export async function findExecution(id: string): Promise<HttpExecutionDoc> {
  const found = await readOne((read) =>
    HttpExecutionModel.findById(id, null, read).lean<HttpExecutionDoc>(),
  );
  if (found === null) throw new AppError('NOT_FOUND', `There is no HTTP task ${id}.`);
  return found;
}

/**
 * A job's executions, newest first.
 * @throws AppError `VALIDATION_FAILED` for a cursor of another list.
 */
export async function pageOfExecutions(
  httpJobId: string,
  { limit, cursor }: Page,
): Promise<{ items: HttpExecutionDoc[]; nextCursor: string | null }> {
  const found = await readMany((read) =>
    HttpExecutionModel.find(
      { httpJobId, ...(cursor !== undefined && olderThan(cursor)) },
      null,
      read,
    )
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit + 1)
      .lean<HttpExecutionDoc[]>(),
  );
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const isMore = found.length > limit && last !== undefined;
  return { items, nextCursor: isMore ? `${last.createdAt.getTime()}_${last._id}` : null };
}

function olderThan(cursor: string) {
  const [, at, id] = /^(\d{1,15})_(.{1,100})$/.exec(cursor) ?? [];
  if (at === undefined || id === undefined) {
    throw new AppError('VALIDATION_FAILED', 'The cursor is none of this list.');
  }
  const createdAt = new Date(Number(at));
  return { $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: id } }] };
}
