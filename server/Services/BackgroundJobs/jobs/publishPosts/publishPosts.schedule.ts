import { beginsRun } from '../../scheduling/beginsRun.ts';
import type { CronJobDefinition } from '../../scheduling/cronJob.ts';
import { defineSchedule } from '../../scheduling/defineSchedule.ts';
import { PUBLISH_POSTS } from './publishPosts.job.ts';
import { publishPostsSource } from './publishPosts.source.ts';

/** Each minute, what is due by then. */
export const publishDuePostsCron: CronJobDefinition = {
  name: 'publish_due_posts',
  flag: 'publishDuePosts',
  schedule: (parts) =>
    defineSchedule({
      name: 'publish-due-posts',
      ...{ expression: '* * * * *', timezone: 'UTC' },
      // An author whose job is open gets no second one, and the others need not wait for it.
      overlap: 'allow',
      // A slot publishes all that is due by then, whenever that was.
      catchUp: 'latest',
      begins: beginsRun({
        ...parts,
        kind: PUBLISH_POSTS,
        source: publishPostsSource,
        batchSize: parts.env.USER_BATCH_SIZE,
        input: ({ slot }) => ({ until: slot.toISOString() }),
      }),
    }),
};
