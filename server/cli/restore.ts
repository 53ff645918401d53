import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { type Env, readEnv } from '../config/env.ts';
import { heldLeases } from '../models/system/LeaseModel.ts';
import { liveWorkers } from '../Services/BackgroundJobs/consuming/workerSigns.ts';
import { requireRestorable, restoreMongo } from '../Services/Backup/mongoBackup.ts';
import { inMongo, inOwnRedis } from './connections.ts';
import { forgetFinishedJobs, requireRestorableQueues, restoreQueues } from './queueFile.ts';
import { tellErrors } from './tellErrors.ts';

interface Flags {
  only?: 'mongodb' | 'redis';
  replace: boolean;
}

const STOP = 'npx pm2 stop worker api-server';
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
      await inMongo(env, () => restore(folder, flags, env));
      say('Restored. When the API and the workers run, the reconciler makes both sides agree.');
    }),
  );

await program.parseAsync();

/** Nothing is removed before all that is to be put back has been read and found whole. */
async function restore(folder: string, { only, replace }: Flags, env: Env): Promise<void> {
  await requireAllStopped();
  if (only !== 'redis') await requireRestorable(folder, replace);
  if (only !== 'mongodb') {
    await inOwnRedis(env, { replace }, (redis) =>
      requireRestorableQueues(folder, redis, env, replace),
    );
  }
  if (only !== 'redis') {
    await restoreMongo(folder, (collection, count) => say(`MongoDB: ${count} of ${collection}`));
  }
  if (only === 'mongodb') return forget(env);
  const keys = await inOwnRedis(env, { replace }, (redis) =>
    restoreQueues(folder, redis, env, replace),
  );
  say(`Redis: ${keys} keys of pending jobs`);
}

/** Workers and API show in MongoDB that they run: by heartbeats, and by the lease of the ledgers. */
async function requireAllStopped(): Promise<void> {
  const { length: workers } = await liveWorkers();
  if (workers > 0) {
    throw new Error(`${workers} workers are running here. Stop them: ${STOP}`);
  }
  if ((await heldLeases()).length > 0) {
    throw new Error(
      `An API is running here, or was killed within the last seconds. Stop it: ${STOP}`,
    );
  }
}

/** What finished in Redis since the backup may have no effect in MongoDB now: it is done again. */
async function forget(env: Env): Promise<void> {
  try {
    const jobs = await inOwnRedis(env, { replace: true }, (redis) =>
      forgetFinishedJobs(redis, env),
    );
    say(`Redis: ${jobs} finished jobs forgotten, so that MongoDB’s word counts`);
  } catch (error) {
    say(
      `! ${(error as Error).message}. It may hold jobs that finished after the backup. If it comes ` +
        'back with its data, restore MongoDB once more before anything is started.',
    );
  }
}
