import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { readEnv } from '../config/env.ts';
import { backUpMongo } from '../Services/Backup/mongoBackup.ts';
import { inMongo, inRedis } from './connections.ts';
import { commandNamed, say } from './output.ts';
import { backUpQueues } from './queueFile.ts';
import { tellErrors } from './tellErrors.ts';

const program = commandNamed('backup')
  .description('Writes MongoDB’s collections and the queue’s pending jobs into a new folder.')
  .argument('[folder]', 'where to', `backup-${new Date().toISOString().replace(/[:.]/g, '-')}`)
  .addOption(new Option('--only <side>', 'one side').choices(['mongodb', 'redis']))
  .action((name: string, { only }: { only?: 'mongodb' | 'redis' }) =>
    tellErrors(async () => {
      const env = readEnv();
      const folder = resolve(name);
      await mkdir(folder, { mode: 0o700 });
      if (only !== 'mongodb') {
        const keys = await inRedis(env, (redis) => backUpQueues(folder, redis, env));
        say(`Redis: ${keys} keys of pending jobs`);
      }
      if (only !== 'redis') {
        await inMongo(env, () =>
          backUpMongo(folder, (collection, count) => say(`MongoDB: ${count} of ${collection}`)),
        );
      }
      say(`The backup is in ${folder}. To put it back: npm run restore -- ${folder}`);
    }),
  );

await program.parseAsync();
