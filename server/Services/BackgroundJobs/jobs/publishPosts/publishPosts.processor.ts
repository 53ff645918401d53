import { owedWebhooks, publishDuePosts, webhooksEnqueued } from '../../../Posts/publishing.ts';
import { enqueueMany } from '../../enqueue.ts';
import type { WorkerPlatform } from '../../queues/catalogue.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import { postWebhookJob } from '../postWebhook/postWebhook.job.ts';
import type { publishPostsJob } from './publishPosts.job.ts';

/** Publishes in order, and lets a job of its own tell the webhook of each post, if there is one. */
export function loadPublishPostsProcessor({
  env,
}: WorkerPlatform): ProcessorOf<typeof publishPostsJob> {
  const tellsWebhook = env.POST_WEBHOOK_URL !== undefined;
  return async ({ authorId, until }, { signal }) => {
    const effects = await publishDuePosts({
      authorId,
      until: new Date(until),
      tellsWebhook,
      signal,
    });
    await enqueueOwed(authorId);
    return { effects };
  };
}

/** Owed since the write that published: a crash in between loses none, and the key doubles none. */
async function enqueueOwed(authorId: string): Promise<void> {
  for (let owed = await owedWebhooks(authorId); owed.length > 0; ) {
    await enqueueMany(
      postWebhookJob,
      owed.map((postId) => ({ payload: { postId }, key: `post-webhook-${postId}` })),
    );
    await webhooksEnqueued(owed);
    owed = await owedWebhooks(authorId);
  }
}
