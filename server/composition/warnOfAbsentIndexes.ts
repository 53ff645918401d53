import { absentIndexes } from '../models/indexes.ts';
import type { JobLog } from '../Services/BackgroundJobs/consuming/jobLog.ts';

/** Says at a start which indexes are absent: nothing else fails by it, it only becomes slower and slower. */
export async function warnOfAbsentIndexes(log: JobLog): Promise<void> {
  const absent = await absentIndexes();
  if (absent.length === 0) return;
  log.warn(
    'Indexes are absent: looks read whole collections, and what must be unique may not be. Run: npm run indexes',
    { absent },
  );
}
