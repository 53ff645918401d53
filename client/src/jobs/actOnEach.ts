import { ApiError, tell } from '../api/http.ts';

/** What became of a set of jobs: how many were done, and how many refused, by the API's code. */
export interface Outcome {
  done: number;
  refused: ReadonlyMap<string, number>;
}

/** How many are asked for at once: a browser's connections are few, and so are those of the stores. */
const AT_ONCE = 4;

/**
 * Retries or cancels these jobs and no others, each by a request of its own. One that may not be (it ended
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
  // One that throws leaves nothing for the others to take.
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

/** The code of what stands in the way of this one job; null for none. @throws ApiError of all else. */
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
