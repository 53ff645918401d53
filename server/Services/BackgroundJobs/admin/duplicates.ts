import { readMany } from '../../../models/readDeadline.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../models/system/JobStatusModel.ts';

/** After each loss of Redis' data the job that was followed may have become a duplicate itself. */
const MAX_STEPS = 20;

/**
 * Follows duplicates to the jobs that do their work.
 * @param jobIds what records name as `duplicateOf`; any id is taken
 * @returns by each of these ids the job that does its work: itself, unless it is a duplicate too.
 */
export async function workedOnBy(jobIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map(jobIds.map((jobId) => [jobId, jobId]));
  for (let step = 0; step < MAX_STEPS && found.size > 0; step += 1) {
    const next = await duplicatesAmong(new Set(found.values()));
    if (next.size === 0) break;
    for (const [jobId, last] of found) found.set(jobId, next.get(last) ?? last);
  }
  return found;
}

/** The duplicates among these jobs, each with the job that it names. */
async function duplicatesAmong(jobIds: ReadonlySet<string>): Promise<Map<string, string>> {
  const duplicates = await readMany((options) =>
    JobStatusModel.find(
      { _id: { $in: [...jobIds] }, status: 'duplicate' },
      { duplicateOf: 1 },
      options,
    ).lean<Pick<JobStatusDoc, '_id' | 'duplicateOf'>[]>(),
  );
  return new Map(
    duplicates.flatMap(({ _id, duplicateOf }) =>
      duplicateOf === null ? [] : [[_id, duplicateOf] as const],
    ),
  );
}
