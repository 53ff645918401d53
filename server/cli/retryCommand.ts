import { setTimeout as wait } from 'node:timers/promises';
import type { ApiClient, RetryFilter } from './apiClient.ts';

/** Which failed jobs to retry: one, or those that all the flags meet. */
export interface RetryFlags {
  job?: string | undefined;
  run?: string | undefined;
  code?: string | undefined;
  /** The most jobs to retry; all if absent. */
  limit?: number | undefined;
  /** Jobs per second. */
  rate?: number | undefined;
  all: boolean;
}

/** The API takes so many at a time. */
const PART = 1_000;

/**
 * Retries failed jobs, part after part, and says how far it is.
 * @throws ApiError when the API refuses or is away; Error when no flag says which jobs.
 */
export async function retryCommand(
  { job, run, code, limit = Number.POSITIVE_INFINITY, rate, all }: RetryFlags,
  client: Pick<ApiClient, 'retryJob' | 'retryFailed'>,
  say: (line: string) => void,
): Promise<void> {
  if (job !== undefined) {
    await client.retryJob(job);
    say(`${job} is in the queue again. What becomes of it: npm run why -- ${job}`);
    return;
  }
  if (!all && run === undefined && code === undefined) {
    throw new Error('Say which: a job, --run <id>, --code <code>, or --all failed jobs.');
  }
  const sum = { retried: 0, skipped: 0 };
  let cursor: string | undefined;
  do {
    const filter: RetryFilter = {
      ...(run !== undefined && { runId: run }),
      ...(code !== undefined && { code }),
      ...(rate !== undefined && { ratePerSecond: rate }),
      ...(cursor !== undefined && { cursor }),
      limit: Math.min(PART, limit - sum.retried - sum.skipped),
    };
    const part = await client.retryFailed(filter);
    sum.retried += part.retried;
    sum.skipped += part.skipped;
    cursor = sum.retried + sum.skipped < limit ? part.nextCursor : undefined;
    say(`${sum.retried} retried, ${sum.skipped} skipped${cursor === undefined ? '.' : ' …'}`);
    // The next part's turns begin when this one's are over.
    if (cursor !== undefined && rate !== undefined) await wait((part.retried * 1_000) / rate);
  } while (cursor !== undefined);
  if (sum.skipped > 0) {
    say('Skipped: their users have a live job meanwhile, or their run was cancelled.');
  }
}
