import { z } from 'zod';
import type { JobDefinition } from '../../queues/jobDefinition.ts';

const isoDay = z.iso.date();

export const userDataPayload = z.object({
  userId: z.string(),
  asOf: isoDay,
  backfill: z.boolean(),
});
export type UserDataPayload = z.infer<typeof userDataPayload>;

/** Whatever `processUserData` answers; it is kept with the job's record for people to read. */
const userDataResult = z.unknown();

export const USER_DATA = 'user-data';

/** One user's work in one run. */
export const userDataJob: JobDefinition<UserDataPayload, unknown> = {
  name: USER_DATA,
  version: 1,
  payload: userDataPayload,
  result: userDataResult,
  options: (env) => ({
    attempts: 4,
    retryDelayMs: env.JOB_RETRY_DELAY_MS,
    deadlineMs: env.USER_JOB_DEADLINE_MS,
    concurrency: env.WORKER_CONCURRENCY,
  }),
};

/** The id of one user's job in one run. */
export function userDataJobId(runId: string, userId: string): string {
  return `${USER_DATA}-${runId}-${userId}`;
}

interface WorkOfRun {
  asOf: string;
  explicitAsOf: boolean;
  backfill: boolean;
}

/**
 * What does the same work has the same id, and a user at most one such job pending. Ordinary runs
 * all do the same; a run for a day asked for by name does other work, and a backfill of that day may
 * overwrite what that one must not.
 */
export function userDataDeduplicationId(
  userId: string,
  { asOf, explicitAsOf, backfill }: WorkOfRun,
): string {
  if (backfill) return `backfill-${asOf}-${userId}`;
  return explicitAsOf ? `asof-${asOf}-${userId}` : userId;
}
