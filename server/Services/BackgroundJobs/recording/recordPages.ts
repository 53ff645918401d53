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
  runAt?: { $ne: null };
  'error.code'?: string;
}

/**
 * Walks through the records of one status, oldest first, in pages of at most 500, through the
 * index on (status, queuedAt, _id) or, within a run, on (runId, status). Begins `after` a place if
 * one is given.
 */
export async function* recordPages(
  status: JobState,
  filter: RecordFilter,
  after?: Place,
): AsyncGenerator<JobStatusDoc[]> {
  let place = after;
  for (;;) {
    const beyond =
      place === undefined
        ? {}
        : {
            $or: [
              { queuedAt: { $gt: place.queuedAt } },
              { queuedAt: place.queuedAt, _id: { $gt: place._id } },
            ],
          };
    const page = await JobStatusModel.find({ ...filter, status, ...beyond })
      .sort({ queuedAt: 1, _id: 1 })
      .limit(PAGE_SIZE)
      .batchSize(PAGE_SIZE + 1)
      .lean<JobStatusDoc[]>();
    if (page.length === 0) return;
    yield page;
    place = page.at(-1);
  }
}
