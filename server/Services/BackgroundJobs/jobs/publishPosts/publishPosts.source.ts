import { z } from 'zod';
import { authorsWithDuePosts } from '../../../Posts/publishing.ts';
import { defineSource } from '../../runs/source.ts';
import { publishPostsJob } from './publishPosts.job.ts';

/** The authors who have posts due, or a webhook owed. */
export const publishPostsSource = defineSource({
  job: publishPostsJob,
  input: z.object({ until: z.iso.datetime() }),
  next: (after, limit, { input }) => authorsWithDuePosts(new Date(input.until), after, limit),
  request: (authorId, { until }) => ({
    payload: { authorId, until },
    // One job of an author at a time: what falls due meanwhile is for the next tick.
    deduplicationId: `author-${authorId}`,
  }),
});
