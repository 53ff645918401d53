import { ApiError, tell } from '../api/http.ts';

/** What became of a set of jobs: how many were done, and how many refused, by the API's code. */
export interface Outcome {
  done: number;
  refused: ReadonlyMap<string, number>;
}

/** How many requests run at once: browsers and stores have few connections. */
const AT_ONCE = 4;

/**
 * Retries or cancels exactly these jobs, each by a request of its own. A job that the API refuses (it ended
 * meanwhile, say) is counted and left. @throws ApiError when the API is away: what was done stays done.
 */
export async function actOnEach(
  ids: readonly string[],
  action: 'retry' | 'cancel',
  progress: (looked: number) => void,
): Promise<Outcome> {
  const left = [...ids];
  const refused = new Map<string, number>();
  let looked = 0;
  async function work(): Promise<void> {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const code = await refusal(`/app/job-status/job/${encodeURIComponent(id)}/${action}`);
      if (code !== null) refused.set(code, (refused.get(code) ?? 0) + 1);
      looked += 1;
      progress(looked);
    }
  }
  // When one throws, the others must find nothing left to take.
  const working = Array.from({ length: AT_ONCE }, () =>
    work().catch((error: unknown) => {
      left.length = 0;
      throw error;
    }),
  );
  await Promise.all(working);
  const sum = [...refused.values()].reduce((total, jobs) => total + jobs, 0);
  return { done: looked - sum, refused };
}

/** The code by which the API refuses this one job; null if it does not. @throws ApiError for any other failure. */
async function refusal(path: string): Promise<string | null> {
  try {
    await tell(path);
    return null;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 409))
      return error.code;
    throw error;
  }
}
