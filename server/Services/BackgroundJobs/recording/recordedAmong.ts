import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';

/** Those of these jobs that have a record, by their ids. */
export async function recordedAmong(jobIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (jobIds.length === 0) return new Set();
  const found = await JobStatusModel.find({ _id: { $in: [...jobIds] } }, { _id: 1 }).lean();
  return new Set(found.map(({ _id }) => _id));
}
