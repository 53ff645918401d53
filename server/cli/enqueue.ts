import { catalogue } from '../Services/BackgroundJobs/queues/catalogue.ts';
import { inRedis } from './connections.ts';
import { type EnqueueFlags, optionsOf, payloadOf } from './enqueueOptions.ts';
import { commandNamed, say } from './output.ts';
import { openOwnQueues } from './ownQueues.ts';
import { withMongo } from './withMongo.ts';

const program = commandNamed('enqueue')
  .description('Puts one job in, of any kind of the catalogue.')
  .argument(
    '<kind>',
    `the kind of job: ${catalogue.map(({ definition }) => definition.kind).join(', ')}`,
  )
  .argument('<payload>', 'what its work is given, as JSON')
  .option('--key <key>', 'the same kind and key is the same job')
  .option('--unique <unique>', 'of the open jobs of a kind with the same one there is one')
  .option('--unique-until <when>', 'start to release it as the work begins; end by default')
  .option('--run-at <instant>', 'not before this instant, such as 2026-11-22T11:00:00Z')
  .option('--priority <number>', 'lower goes first; 100 by default')
  .option('--attempts <number>', 'attempts in all')
  .action((kind: string, payload: string, flags: EnqueueFlags) =>
    withMongo((env) =>
      inRedis(env, async (redis) => {
        const kinds = catalogue.map(({ definition }) => definition);
        const job = kinds.find((each) => each.kind === kind);
        if (job === undefined) {
          const names = kinds.map((each) => each.kind).join(', ');
          throw new Error(`There is no kind of job "${kind}": choose from ${names}.`);
        }
        const { enqueuer } = openOwnQueues(env, redis);
        const answer = await enqueuer.enqueue(job, payloadOf(payload), optionsOf(flags));
        say(JSON.stringify(answer));
      }),
    ),
  );

await program.parseAsync();
