import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';

export const PUBLISH_POSTS = 'publish-posts';

/** Publishes what one author has due. */
export const publishPostsJob = defineJob({
  kind: PUBLISH_POSTS,
  queue: { name: PUBLISH_POSTS, concurrency: () => 5 },
  version: 1,
  payload: z.object({
    authorId: z.string().regex(/^[0-9A-Za-z_-]{1,64}$/),
    /** Posts that are due by then. */
    until: z.iso.datetime(),
  }),
  result: z.object({ effects: z.number().int() }),
  options: (env) => ({
    attempts: 4,
    retryDelayMs: env.JOB_RETRY_DELAY_MS,
    retryJitter: 0.2,
    deadlineMs: 120_000,
  }),
});
