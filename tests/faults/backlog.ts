import { waitUntil } from '../../scripts/waiting.mjs';
import type { Deployment } from '../e2e/deployment.ts';

/** Slows the work down to `jobMs` a job until more than `jobs` are waiting; so slow it stays. */
export async function letWorkPileUp(
  { api, pace }: Deployment,
  { jobs, jobMs }: { jobs: number; jobMs: number },
): Promise<void> {
  await pace(jobMs);
  await waitUntil(
    async () => Number((await api.get('/app/job-status/queue/stats')).body.waiting) > jobs,
    { timeoutMs: 30_000, what: `${jobs} jobs to be waiting` },
  );
}
