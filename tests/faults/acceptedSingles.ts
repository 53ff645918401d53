import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import mongoose from 'mongoose';
import { type JobStatusDoc, JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import {
  USER_DATA,
  userDataJob,
} from '../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import type { ApiClient } from '../e2e/apiClient.ts';
import { requestSteadily, type SteadyRequests } from './steadyRequests.ts';

/** A single job that the API has accepted. */
export interface AcceptedSingle {
  readonly jobId: string;
  readonly key: string;
  /** Not before this instant, epoch milliseconds; null for at once. */
  readonly runAt: number | null;
}

export type SingleStream = SteadyRequests<AcceptedSingle>;

interface Request {
  key: string;
  body: { payload: Record<string, unknown>; runAt?: string };
  runAt: number | null;
}

const EVERY_MS = 250;
const REPEAT_EVERY = 5;
/** At once; soon, in Redis with a delay; and later than what is put into Redis at once. */
const DELAYS_MS = [null, 2_000, 20_000];

/** Starts asking for single jobs. */
export function streamSingles(api: ApiClient, users: readonly string[]): SingleStream {
  let made = 0;
  return requestSteadily<Request, AcceptedSingle>({
    intervalMs: EVERY_MS,
    repeatEvery: REPEAT_EVERY,
    next() {
      const delayMs = DELAYS_MS[made % DELAYS_MS.length] ?? null;
      // From the end: the runs of the stream begin with the first.
      const userId = users.at(-1 - (made % users.length)) ?? '';
      made += 1;
      const runAt = delayMs === null ? null : Date.now() + delayMs;
      const payload = { userId, asOf: '2026-11-22', backfill: false };
      return {
        ...{ key: randomUUID(), runAt },
        body: { payload, ...(runAt !== null && { runAt: new Date(runAt).toISOString() }) },
      };
    },
    async send({ key, body }) {
      const path = `/app/jobs/${userDataJob.kind}`;
      const answer = await api.post(path, { ...body, key }).catch(() => null);
      return answer?.status === 202 ? String(answer.body.jobId) : null;
    },
    acceptedOf: ({ key, runAt }, jobId) => ({ jobId, key, runAt }),
  });
}

/** What was not as it should be with these jobs, all of which are due by now. */
export interface SinglesAmiss {
  /** Ended otherwise than completed, or not at all, or without a record. */
  undone: string[];
  /** Begun before their time, by the clock of this machine. */
  early: string[];
  /** Records beyond the first of a key. */
  doubled: number;
  /** Seconds from its time to its start, of the job that began latest. */
  latestS: number;
}

/** A timer may fire a little early. */
const EARLY_MS = 60;

/** Holds what was accepted against the records. */
export async function singlesAmiss(accepted: readonly AcceptedSingle[]): Promise<SinglesAmiss> {
  const records = new Map<string, JobStatusDoc>();
  let found = 0;
  const keys = accepted.map(({ key }) => key);
  for await (const record of JobStatusModel.find({ kind: USER_DATA, key: { $in: keys } }).lean<
    JobStatusDoc[]
  >()) {
    found += 1;
    records.set(record._id, record);
  }
  const starts = await firstStarts(accepted.map(({ jobId }) => jobId));
  const amiss: SinglesAmiss = { undone: [], early: [], doubled: 0, latestS: 0 };
  amiss.doubled = found - accepted.filter(({ jobId }) => records.has(jobId)).length;
  for (const { jobId, runAt } of accepted) {
    const record = records.get(jobId);
    if (record?.status !== 'completed') {
      amiss.undone.push(`${jobId} (${record?.status ?? 'no record'})`);
      continue;
    }
    const startedAt = starts.get(jobId);
    if (runAt === null || startedAt === undefined) continue;
    if (startedAt < runAt - EARLY_MS) amiss.early.push(jobId);
    amiss.latestS = Math.max(amiss.latestS, (startedAt - runAt) / 1_000);
  }
  return amiss;
}

/** When each of these jobs was begun first, epoch milliseconds of the machine's clock. */
async function firstStarts(jobIds: readonly string[]): Promise<Map<string, number>> {
  const starts = await mongoose.connection
    .collection('executions')
    .aggregate<{ _id: string; at: Date }>([
      { $match: { jobId: { $in: [...jobIds] } } },
      { $group: { _id: '$jobId', at: { $min: '$at' } } },
    ])
    .toArray();
  return new Map(starts.map(({ _id, at }) => [_id, at.getTime()]));
}

/** Waits until none of these is left that is not recorded as ended, or the time is over. */
export async function whenSinglesEnded(
  accepted: readonly AcceptedSingle[],
  timeoutMs: number,
): Promise<void> {
  const last = Math.max(0, ...accepted.map(({ runAt }) => runAt ?? 0));
  const until = Math.max(Date.now(), last) + timeoutMs;
  const ids = accepted.map(({ jobId }) => jobId);
  while (Date.now() < until) {
    const ended = await JobStatusModel.countDocuments({
      _id: { $in: ids },
      status: { $in: ['completed', 'failed', 'cancelled', 'duplicate'] },
    });
    if (ended >= ids.length) return;
    await wait(200);
  }
}
