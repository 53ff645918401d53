import { chunksOf } from '../../../config/chunksOf.ts';
import {
  type JobState,
  type JobStatusDoc,
  JobStatusModel,
} from '../../../models/system/JobStatusModel.ts';

const PAGE_SIZE = 500;
/**
 * A server that does not read an index in its order sorts all records that are left, however few are asked for, and
 * FerretDB is one. Sorting anew for each page would make a long walk quadratic: so many are named in one answer, at most.
 */
const NAMED_AT_ONCE = 10_000;

/** A place in the walk: that of a record, which need not be there any more. */
export type Place = Pick<JobStatusDoc, 'queuedAt' | '_id'>;

/** Which records to walk through. */
export interface RecordFilter {
  _id?: string;
  queue?: string | { $in: string[] };
  runId?: string;
  updatedAt?: { $lt: Date };
  runAt?: { $type: 'date' } | { $lte: Date };
  cancelRequestedAt?: { $exists: boolean };
  'error.code'?: string;
}

/**
 * Walks through the records of one status, oldest first, in pages of at most 500, through the
 * index on (status, queuedAt, _id) or, within a run, on (runId, status). Begins `after` a place if
 * one is given.
 */
export function recordPages(
  status: JobState,
  filter: RecordFilter,
  after?: Place,
): AsyncGenerator<JobStatusDoc[]> {
  return pagesInOrder('queuedAt', [status], filter, after);
}

/** The same of the records that are due at a certain time, through the index on (status, runAt, _id): what is due first before all others. */
export function duePages(status: JobState): AsyncGenerator<JobStatusDoc[]> {
  return pagesInOrder('runAt', [status], { runAt: { $type: 'date' } });
}

/**
 * Walks through the records of some states in the order of one of their times, in pages of at most 500. A page holds
 * those that are still in these states when it is read; what else the filter asks for was so when they were named.
 */
export async function* pagesInOrder<Field extends 'queuedAt' | 'runAt' | 'cancelRequestedAt'>(
  field: Field,
  states: readonly [JobState, ...JobState[]],
  filter: RecordFilter,
  after?: Pick<JobStatusDoc, Field | '_id'>,
): AsyncGenerator<JobStatusDoc[]> {
  const inState = { status: states.length === 1 ? states[0] : { $in: [...states] } };
  let place = after;
  // Who looks at a page or two has not to wait for ten thousand names.
  for (let many = PAGE_SIZE; ; many = Math.min(2 * many, NAMED_AT_ONCE)) {
    const beyond =
      place === undefined
        ? {}
        : {
            $or: [
              { [field]: { $gt: place[field] } },
              { [field]: place[field], _id: { $gt: place._id } },
            ],
          };
    const places = await JobStatusModel.find(
      { ...filter, ...inState, ...beyond },
      { _id: 1, [field]: 1 },
    )
      .sort({ [field]: 1, _id: 1 })
      .limit(many)
      .batchSize(many + 1)
      .lean<Pick<JobStatusDoc, Field | '_id'>[]>();
    if (places.length === 0) return;
    for (const some of chunksOf(places, PAGE_SIZE)) yield await recordsStill(states, some);
    place = places.at(-1);
  }
}

/** Those of these records that are in one of these states now, in the order in which they are named. */
async function recordsStill(
  states: readonly JobState[],
  named: readonly Pick<JobStatusDoc, '_id'>[],
): Promise<JobStatusDoc[]> {
  // By their ids alone: for what else is asked, a server may take the index that leads to most records.
  const records = await JobStatusModel.find({ _id: { $in: named.map(({ _id }) => _id) } })
    .batchSize(named.length + 1)
    .lean<JobStatusDoc[]>();
  const byId = new Map(records.map((record) => [record._id, record]));
  return named.flatMap(({ _id }) => {
    const record = byId.get(_id);
    return record !== undefined && states.includes(record.status) ? [record] : [];
  });
}
