import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { type Env, readEnv } from '../config/env.ts';
import { liveWorkers } from '../Services/BackgroundJobs/consuming/workerSigns.ts';
import { restoreMongo } from '../Services/Backup/mongoBackup.ts';
import { inMongo, inRedis } from './connections.ts';
import { forgetFinishedJobs, requireEmptyQueues, restoreQueues } from './queueFile.ts';
import { tellErrors } from './tellErrors.ts';

interface Flags {
  only?: 'mongodb' | 'redis';
  replace: boolean;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

const program = new Command('restore')
  .description('Puts a backup back. Stop the API and the workers first, and start them after.')
  .argument('<folder>', 'what npm run backup has written')
  .option('--replace', 'remove what is there', false)
  .addOption(new Option('--only <side>', 'one side').choices(['mongodb', 'redis']))
  .action((name: string, flags: Flags) =>
    tellErrors(async () => {
      const env = readEnv();
      const folder = resolve(name);
      if (flags.only === 'redis') await redisSide(folder, flags, env);
      else if (flags.only === 'mongodb') {
        await mongoSide(folder, flags, env);
        await forget(env);
      } else {
        if (!flags.replace) await inRedis(env, (redis) => requireEmptyQueues(redis, env));
        await mongoSide(folder, flags, env);
        await redisSide(folder, flags, env);
      }
      say('Restored. When the API and the workers run, the reconciler makes both sides agree.');
    }),
  );

await program.parseAsync();

function mongoSide(folder: string, { replace }: Flags, env: Env): Promise<void> {
  return inMongo(env, async () => {
    const alive = await liveWorkers();
    if (alive.length > 0) {
      throw new Error(
        `${alive.length} workers are running here. Stop them: npx pm2 stop worker api-server`,
      );
    }
    await restoreMongo(folder, replace, (collection, count) =>
      say(`MongoDB: ${count} of ${collection}`),
    );
  });
}

async function redisSide(folder: string, { replace }: Flags, env: Env): Promise<void> {
  const keys = await inRedis(env, (redis) => restoreQueues(folder, redis, env, replace));
  say(`Redis: ${keys} keys of pending jobs`);
}

/** What finished in Redis since the backup may have no effect in MongoDB now: it is done again. */
async function forget(env: Env): Promise<void> {
  try {
    const jobs = await inRedis(env, (redis) => forgetFinishedJobs(redis, env));
    say(`Redis: ${jobs} finished jobs forgotten, so that MongoDB’s word counts`);
  } catch (error) {
    say(
      `! ${(error as Error).message}. It may hold jobs that finished after the backup. If it comes ` +
        'back with its data, restore MongoDB once more before anything is started.',
    );
  }
}
