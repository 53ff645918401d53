import {
  type JobState,
  type JobStatusDoc,
  JobStatusModel,
} from '../../../models/system/JobStatusModel.ts';

const PAGE_SIZE = 500;

/** Which records to walk through. */
export interface RecordFilter {
  queue?: string;
  runId?: string;
  updatedAt?: { $lt: Date };
  'error.code'?: string;
}

/**
 * Walks through the records of one status, oldest first, in pages of at most 500, through the
 * index on (status, queuedAt, _id) or, within a run, on (runId, status).
 */
export async function* recordPages(
  status: JobState,
  filter: RecordFilter,
): AsyncGenerator<JobStatusDoc[]> {
  let after: JobStatusDoc | undefined;
  for (;;) {
    const beyond =
      after === undefined
        ? {}
        : {
            $or: [
              { queuedAt: { $gt: after.queuedAt } },
              { queuedAt: after.queuedAt, _id: { $gt: after._id } },
            ],
          };
    const page = await JobStatusModel.find({ ...filter, status, ...beyond })
      .sort({ queuedAt: 1, _id: 1 })
      .limit(PAGE_SIZE)
      .lean<JobStatusDoc[]>();
    if (page.length === 0) return;
    yield page;
    after = page.at(-1);
  }
}
