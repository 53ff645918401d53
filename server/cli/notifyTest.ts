import { provideEnqueuer } from '../Services/BackgroundJobs/enqueue.ts';
import { notify, provideNoticeWebhooks } from '../Services/BackgroundJobs/notifying/notify.ts';
import { inRedis } from './connections.ts';
import { commandNamed, say } from './output.ts';
import { openOwnQueues } from './ownQueues.ts';
import { withMongo } from './withMongo.ts';

await commandNamed('notify:test')
  .description('Sends a notice by every channel that notices take, to see that it arrives.')
  .action(() =>
    withMongo((env) =>
      inRedis(env, async (redis) => {
        provideEnqueuer(openOwnQueues(env, redis).enqueuer);
        provideNoticeWebhooks(env);
        await notify({
          key: `test-${new Date().toISOString()}`,
          title: 'A test notice of Hourwork',
          lines: ['Somebody ran npm run notify:test. There is nothing to do.'],
        });
        say(
          env.SMTP_URL === undefined
            ? 'Enqueued. SMTP_URL is not set: the worker keeps mail in the collection outbox and in .local/outbox.'
            : 'Enqueued: the worker sends it to every administrator.',
        );
      }),
    ),
  )
  .parseAsync();
