import { provideEnqueuer } from '../Services/BackgroundJobs/enqueue.ts';
import { createEnqueuer, horizonOf } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { laneSettings, openLanes } from '../Services/BackgroundJobs/enqueuing/lanes.ts';
import { notify } from '../Services/BackgroundJobs/notifying/notify.ts';
import { catalogue } from '../Services/BackgroundJobs/queues/catalogue.ts';
import { openQueues } from '../Services/BackgroundJobs/queues/queueManager.ts';
import { inRedis } from './connections.ts';
import { commandNamed, say } from './output.ts';
import { withMongo } from './withMongo.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

await commandNamed('notify:test')
  .description('Sends a notice by every channel that notices take, to see that it arrives.')
  .action(() =>
    withMongo((env) =>
      inRedis(env, async (redis) => {
        const kinds = catalogue.map(({ definition }) => definition);
        const lanes = openLanes(openQueues(kinds, env, redis), laneSettings(env));
        provideEnqueuer(
          createEnqueuer({
            ...{ lanes, batchSize: env.USER_BATCH_SIZE, horizonMs: horizonOf(env), log: SILENT },
          }),
        );
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
