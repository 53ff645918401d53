import { connectRedis, isRedisConfigured } from '../config/queueRedisConn.ts';
import { JobStatusModel } from '../models/system/JobStatusModel.ts';
import { createWhy } from '../Services/BackgroundJobs/admin/why.ts';
import { laneSettings, openLanes } from '../Services/BackgroundJobs/enqueuing/lanes.ts';
import { catalogue } from '../Services/BackgroundJobs/queues/catalogue.ts';
import { openQueues } from '../Services/BackgroundJobs/queues/queueManager.ts';
import { resolveUsers } from '../Services/Users/resolveUsers.ts';
import { commandNamed, say } from './output.ts';
import { withMongo } from './withMongo.ts';

const SILENT = { info: () => undefined, warn: () => undefined };
const USERS_JOBS_SHOWN = 5;

const program = commandNamed('why')
  .description('Says in a sentence why a job is not running, or what became of it.')
  .argument('<job or user>', "a job's id, or a user's ObjectId or externalId: their newest jobs")
  .action((name: string) =>
    withMongo(async (env) => {
      const redis = isRedisConfigured(env) ? connectRedis(env, 'producer', SILENT) : null;
      if (redis !== null) await redis.ping().catch(() => waitBriefly(redis));
      const definitions = catalogue.map(({ definition }) => definition);
      const lanes = openLanes(openQueues(definitions, env, redis), laneSettings(env, definitions));
      try {
        const why = createWhy(lanes);
        for (const jobId of await jobsOf(name)) {
          say(jobId, `  ${(await why(jobId)).why}`);
        }
      } finally {
        redis?.disconnect();
      }
    }),
  );

await program.parseAsync();

/** @returns the job of this id, else the newest jobs of the user of this name. */
async function jobsOf(name: string): Promise<string[]> {
  if ((await JobStatusModel.exists({ _id: name })) !== null) return [name];
  const [userId] = (await resolveUsers([name])).found;
  if (userId === undefined) throw new Error(`There is no job and no user "${name}".`);
  const jobs = await JobStatusModel.find({ userId }, { _id: 1 })
    .sort({ queuedAt: -1, _id: -1 })
    .limit(USERS_JOBS_SHOWN)
    .lean();
  if (jobs.length === 0) throw new Error(`The user ${name} has had no job within the retention.`);
  return jobs.map(({ _id }) => _id);
}

/** A connection just opened is not ready yet; after a second Redis counts as away. */
function waitBriefly(redis: { once(event: 'ready', done: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1_000);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
