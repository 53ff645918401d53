import type { Model, QueryFilter } from 'mongoose';
import { AppError } from '../errors/AppError.ts';
import { readMany, readOne } from './readDeadline.ts';

/** How much of a list, and after which id. */
export interface Page {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** For a query that asks for no more than an order: FerretDB would sort all documents for it. */
const IN_ORDER = { hint: { _id: 1 } } as const;

/**
 * One page of a collection, in the order of its ids; with -1 from the highest down. What the filter names
 * as undefined is no condition. Fields that are left out are not read.
 */
export async function pageOfModel<Doc extends { _id: string }>(
  model: Model<Doc>,
  filter: Readonly<Record<string, unknown>>,
  { limit, cursor }: Page,
  order: 1 | -1 = 1,
  leftOut: readonly string[] = [],
): Promise<{ items: Doc[]; nextCursor: string | null }> {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const beyond = cursor === undefined ? {} : { _id: { [order === 1 ? '$gt' : '$lt']: cursor } };
  const projection = Object.fromEntries(leftOut.map((field) => [field, 0]));
  const found = await readMany((options) =>
    model
      .find({ ...Object.fromEntries(given), ...beyond } as QueryFilter<Doc>, projection, {
        ...options,
        ...(given.length === 0 && IN_ORDER),
      })
      .sort({ _id: order })
      .limit(limit + 1)
      .lean<Doc[]>(),
  );
  const items = found.slice(0, limit);
  return { items, nextCursor: found.length > limit ? (items.at(-1)?._id ?? null) : null };
}

/** A document by its id. @throws AppError NOT_FOUND without it. */
export async function documentOf<Doc extends { _id: string }>(
  model: Model<Doc>,
  what: string,
  id: string,
): Promise<Doc> {
  const found = await readOne((options) => model.findById(id, null, options).lean<Doc>());
  if (found === null) throw notFound(what, id);
  return found;
}

/** The error for a document that is not there. */
export function notFound(what: string, id: string): AppError {
  return new AppError('NOT_FOUND', `There is no ${what} ${id}.`);
}

/** The ids after one, at most `limit`, in their order: what a run enumerates. */
export async function idsAfter<Doc extends { _id: string }>(
  model: Model<Doc>,
  filter: Readonly<Record<string, unknown>>,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const beyond = after === null ? {} : { _id: { $gt: after } };
  const found = await model
    .find(
      { ...filter, ...beyond } as QueryFilter<Doc>,
      { _id: 1 },
      Object.keys(filter).length === 0 ? IN_ORDER : {},
    )
    .sort({ _id: 1 })
    .limit(limit)
    .lean<{ _id: string }[]>();
  return found.map(({ _id }) => _id);
}
