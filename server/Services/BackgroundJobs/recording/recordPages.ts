import {
  type JobState,
  type JobStatusDoc,
  JobStatusModel,
} from '../../../models/system/JobStatusModel.ts';

const PAGE_SIZE = 500;

/** A place in the walk: that of a record, which need not be there any more. */
export type Place = Pick<JobStatusDoc, 'queuedAt' | '_id'>;

/** Which records to walk through. */
export interface RecordFilter {
  queue?: string | { $in: string[] };
  runId?: string;
  updatedAt?: { $lt: Date };
  runAt?: { $type: 'date' };
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
  return pagesBy('queuedAt', status, filter, after);
}

/** The same of the records that are due at a certain time, through the index on (status, runAt, _id): what is due first before all others. */
export function duePages(status: JobState): AsyncGenerator<JobStatusDoc[]> {
  return pagesBy('runAt', status, { runAt: { $type: 'date' } });
}

async function* pagesBy<Field extends 'queuedAt' | 'runAt'>(
  field: Field,
  status: JobState,
  filter: RecordFilter,
  after?: Pick<JobStatusDoc, Field | '_id'>,
): AsyncGenerator<JobStatusDoc[]> {
  let place = after;
  for (;;) {
    const beyond =
      place === undefined
        ? {}
        : {
            $or: [
              { [field]: { $gt: place[field] } },
              { [field]: place[field], _id: { $gt: place._id } },
            ],
          };
    const page = await JobStatusModel.find({ ...filter, status, ...beyond })
      .sort({ [field]: 1, _id: 1 })
      .limit(PAGE_SIZE)
      .batchSize(PAGE_SIZE + 1)
      .lean<JobStatusDoc[]>();
    if (page.length === 0) return;
    yield page;
    place = page.at(-1);
  }
}
