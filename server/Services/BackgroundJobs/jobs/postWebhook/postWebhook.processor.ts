import { openConfigured } from '../../../Egress/configuredAddress.ts';
import { sendWebhook, WebhookRefused } from '../../../Outbound/signedWebhook.ts';
import { publishedPost } from '../../../Posts/publishing.ts';
import type { WorkerPlatform } from '../../queues/catalogue.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import { Cancelled, FailNow } from '../outcomes.ts';
import type { postWebhookJob } from './postWebhook.job.ts';

/** Posts the post, signed, under an id that is the same for every try. */
export function loadPostWebhookProcessor({
  env,
}: WorkerPlatform): ProcessorOf<typeof postWebhookJob> {
  const { POST_WEBHOOK_URL: url, POST_WEBHOOK_SECRET: secret } = env;
  const call = url === undefined ? undefined : openConfigured(url);
  return async ({ postId }, { signal }) => {
    if (url === undefined || call === undefined || secret === undefined) {
      throw new Cancelled('POST_WEBHOOK_URL or POST_WEBHOOK_SECRET is not set any more.');
    }
    const post = await publishedPost(postId);
    if (post === null) throw new Cancelled('The post is gone.');
    const { authorId, title, publishedAt } = post;
    try {
      const status = await sendWebhook(call, {
        ...{ url, secret, signal, id: `post-published-${postId}` },
        payload: { type: 'post.published', data: { postId, authorId, title, publishedAt } },
      });
      return { status };
    } catch (error) {
      if (error instanceof WebhookRefused && error.status === 410) {
        throw new FailNow(
          'WEBHOOK_GONE',
          'The receiver answered 410: it wants no webhooks any more.',
        );
      }
      throw error;
    }
  };
}
