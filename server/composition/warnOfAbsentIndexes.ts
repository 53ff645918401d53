import { absentIndexes } from '../models/indexes.ts';
import type { JobLog } from '../Services/BackgroundJobs/consuming/jobLog.ts';

/** Logs at a start which indexes are absent: without this nothing tells, until queries become slow. */
export async function warnOfAbsentIndexes(log: JobLog): Promise<void> {
  const absent = await absentIndexes();
  if (absent.length === 0) return;
  log.warn(
    'Indexes are absent: queries read whole collections, and what must be unique may not be. Run: npm run indexes',
    { absent },
  );
}
