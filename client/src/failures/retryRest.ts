import { tell } from '../api/http.ts';

interface Part {
  retried: number;
  skipped: number;
  nextCursor?: string;
}

/** How many jobs may begin in a second, so that a cause that is not mended is seen before all is tried. */
const PER_SECOND = 20;

/** Retries all failed jobs that fit, part by part. @throws ApiError of the part that was refused. */
export async function retryRest(which: { code: string; runId?: string }): Promise<Part> {
  const sum = { retried: 0, skipped: 0 };
  let cursor: string | undefined;
  do {
    const part: Part = await tell('/app/job-status/failed/retry', {
      ...which,
      ratePerSecond: PER_SECOND,
      ...(cursor !== undefined && { cursor }),
    });
    sum.retried += part.retried;
    sum.skipped += part.skipped;
    cursor = part.nextCursor;
  } while (cursor !== undefined);
  return sum;
}
