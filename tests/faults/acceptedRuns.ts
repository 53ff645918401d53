import { randomUUID } from 'node:crypto';
import { userDataJobId } from '../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import type { Answer, ApiClient, Unanswered } from '../e2e/apiClient.ts';
import { requestSteadily, type SteadyRequests } from './steadyRequests.ts';

/** A run that the API has accepted. */
export interface AcceptedRun {
  readonly runId: string;
  readonly key: string;
  readonly userIds: readonly string[];
  readonly jobIds: readonly string[];
  /** When the answer came, by the test's clock. */
  readonly acceptedAt: number;
}

/** An answer to a request of a run; the instants are of the test's clock. */
export interface PostAnswer extends Answer {
  sentAt: number;
  endedAt: number;
}

/** A request of a run that had no answer. */
export interface PostUnanswered extends Pick<Unanswered, 'code' | 'connectionReused'> {
  key: string;
  sentAt: number;
  endedAt: number;
}

/** Requests of runs; `doubledKeys` are Idempotency-Keys that began more than one. */
export interface RunStream extends SteadyRequests<AcceptedRun> {
  /** Every answer to a request of a run. */
  readonly answers: readonly PostAnswer[];
  readonly unanswered: readonly PostUnanswered[];
}

export interface StreamPace {
  usersPerRun: number;
  intervalMs: number;
}

interface Request {
  key: string;
  userIds: string[];
}

/** Starts asking. Users are taken in turn, so that a user's jobs are as far apart as can be. */
export function streamRuns(
  api: ApiClient,
  users: readonly string[],
  { usersPerRun, intervalMs }: StreamPace,
): RunStream {
  const answers: PostAnswer[] = [];
  const unanswered: PostUnanswered[] = [];
  let taken = 0;

  const stream = requestSteadily<Request, AcceptedRun>({
    intervalMs,
    repeatEvery: REPEAT_EVERY,
    next() {
      const userIds = Array.from(
        { length: usersPerRun },
        (_, position) => users[(taken + position) % users.length] ?? '',
      );
      taken += usersPerRun;
      return { key: randomUUID(), userIds };
    },
    async send({ key, userIds }) {
      const headers = { 'idempotency-key': key };
      const sentAt = Date.now();
      try {
        const answer = await api.post('/app/job-status/runs', { userIds }, headers);
        answers.push({ ...answer, sentAt, endedAt: Date.now() });
        return answer.status === 202 ? String(answer.body.runId) : null;
      } catch (error) {
        const { code, connectionReused } = error as Unanswered;
        unanswered.push({ key, code, connectionReused, sentAt, endedAt: Date.now() });
        return null;
      }
    },
    acceptedOf({ key, userIds }, runId) {
      const jobIds = userIds.map((userId) => userDataJobId(runId, userId));
      return { runId, key, userIds, jobIds, acceptedAt: Date.now() };
    },
  });
  return { ...stream, answers, unanswered };
}

const REPEAT_EVERY = 10;
