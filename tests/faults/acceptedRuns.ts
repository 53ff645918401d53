import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { userDataJobId } from '../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import type { Answer, ApiClient, Unanswered } from '../e2e/apiClient.ts';

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

/** Requests runs at a steady pace, whatever happens, and keeps the ledger of what was accepted. */
export interface RunStream {
  readonly accepted: readonly AcceptedRun[];
  /** Every answer to a request of a run. */
  readonly answers: readonly PostAnswer[];
  readonly unanswered: readonly PostUnanswered[];
  /** Runs that one Idempotency-Key began beyond its first. */
  readonly doubledKeys: readonly string[];
  /** Makes no new requests; settles when every request made was accepted. */
  stop(): Promise<void>;
}

export interface StreamPace {
  usersPerRun: number;
  intervalMs: number;
}

interface Request {
  key: string;
  userIds: string[];
}

/**
 * Starts asking. A request that was refused or had no answer is repeated with its key, as a careful
 * client does, until it is accepted; an accepted one is now and then repeated too, and must be the
 * same run. Users are taken in turn, so that a user's jobs are as far apart as can be.
 */
export function streamRuns(
  api: ApiClient,
  users: readonly string[],
  { usersPerRun, intervalMs }: StreamPace,
): RunStream {
  const accepted: AcceptedRun[] = [];
  const answers: PostAnswer[] = [];
  const unanswered: PostUnanswered[] = [];
  const doubledKeys: string[] = [];
  const byKey = new Map<string, string>();
  let refused: Request | undefined;
  let stopped = false;
  let next = 0;

  function newRequest(): Request {
    const userIds = Array.from(
      { length: usersPerRun },
      (_, position) => users[(next + position) % users.length] ?? '',
    );
    next += usersPerRun;
    return { key: randomUUID(), userIds };
  }

  /** @returns whether it was accepted. */
  async function send({ key, userIds }: Request): Promise<boolean> {
    const headers = { 'idempotency-key': key };
    const sentAt = Date.now();
    try {
      const answer = await api.post('/app/job-status/runs', { userIds }, headers);
      answers.push({ ...answer, sentAt, endedAt: Date.now() });
      if (answer.status !== 202) return false;
      const runId = String(answer.body.runId);
      const before = byKey.get(key);
      if (before !== undefined) {
        if (before !== runId) doubledKeys.push(key);
        return true;
      }
      byKey.set(key, runId);
      const jobIds = userIds.map((userId) => userDataJobId(runId, userId));
      accepted.push({ runId, key, userIds, jobIds, acceptedAt: Date.now() });
      return true;
    } catch (error) {
      const { code, connectionReused } = error as Unanswered;
      unanswered.push({ key, code, connectionReused, sentAt, endedAt: Date.now() });
      return false;
    }
  }

  async function stream(): Promise<void> {
    let sent = 0;
    while (!stopped || refused !== undefined) {
      const began = Date.now();
      const request = refused ?? newRequest();
      refused = (await send(request)) ? undefined : request;
      sent += 1;
      if (refused === undefined && sent % REPEAT_EVERY === 0) await send(request);
      await wait(Math.max(0, intervalMs - (Date.now() - began)));
    }
  }
  const streaming = stream();

  return {
    accepted,
    answers,
    unanswered,
    doubledKeys,
    async stop() {
      stopped = true;
      await streaming;
    },
  };
}

const REPEAT_EVERY = 10;
