import { USER_DATA } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import type { Envelope } from '../../../server/Services/BackgroundJobs/queues/envelope.ts';

/** What travels with a job of the user-data queue of which only the id matters. */
export function makeEnvelope(fields: Partial<Envelope> & { jobId: string }): Envelope {
  return {
    ...{ kind: USER_DATA, version: 1, runId: null, runSeq: 1, userId: null, generation: 1 },
    ...{ requestId: null, key: null, unique: null, uniqueUntil: null, runAt: null },
    ...{ priority: null, maxAttempts: null, spent: null, deadlineMs: null, late: null },
    payload: {},
    ...fields,
  };
}
