import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';
import { runJobId } from '../../runs/runId.ts';

const isoDay = z.iso.date();

const userDataPayload = z.object({
  userId: z.string().regex(/^[0-9a-f]{24}$/, 'is not the ObjectId of a user'),
  asOf: isoDay,
  backfill: z.boolean(),
});
export type UserDataPayload = z.infer<typeof userDataPayload>;

/** Whatever `processUserData` answers; it is kept with the job's record for people to read. */
const userDataResult = z.unknown();

export const USER_DATA = 'user-data';

/** One user's work in one run. */
export const userDataJob = defineJob<UserDataPayload, unknown>({
  kind: USER_DATA,
  queue: { name: USER_DATA, concurrency: (env) => env.WORKER_CONCURRENCY },
  version: 1,
  requestable: true,
  userOf: (payload) => userDataPayload.safeParse(payload).data?.userId ?? null,
  payload: userDataPayload,
  result: userDataResult,
  options: (env) => ({
    attempts: 4,
    retryDelayMs: env.JOB_RETRY_DELAY_MS,
    deadlineMs: env.USER_JOB_DEADLINE_MS,
  }),
});

/** The id of one user's job in one run. */
export function userDataJobId(runId: string, userId: string): string {
  return runJobId(USER_DATA, runId, userId);
}
