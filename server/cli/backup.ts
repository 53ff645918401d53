import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { type Env, readEnv } from '../config/env.ts';
import { packageVersion } from '../config/packageVersion.ts';
import type { Contents } from '../Services/Backup/bsonFile.ts';
import { type MongoContents, writeManifest } from '../Services/Backup/manifest.ts';
import { backUpMongo } from '../Services/Backup/mongoBackup.ts';
import { requireNoRestore } from '../Services/Backup/restoreMark.ts';
import { requireOwnShapes } from '../Services/Migrating/ownShapes.ts';
import { keyIdsInUse } from '../Services/Secrets/storedSecrets.ts';
import { inMongo, inRedis } from './connections.ts';
import { commandNamed, say } from './output.ts';
import { backUpQueues } from './queueFile.ts';
import { tellErrors } from './tellErrors.ts';

const NOTHING = { mongodb: null, dataKeys: [] };

const program = commandNamed('backup')
  .description('Writes MongoDB’s collections and the queue’s pending jobs into a new folder.')
  .argument('[folder]', 'where to', `backup-${new Date().toISOString().replace(/[:.]/g, '-')}`)
  .addOption(new Option('--only <side>', 'one side').choices(['mongodb', 'redis']))
  .action((name: string, { only }: { only?: 'mongodb' | 'redis' }) =>
    tellErrors(async () => {
      const env = readEnv();
      const folder = resolve(name);
      await mkdir(folder, { mode: 0o700 });
      const redis = only === 'mongodb' ? null : await queues(folder, env);
      const collected = only === 'redis' ? NOTHING : await collections(folder, env);
      await writeManifest(folder, { version: packageVersion(), redis, ...collected });
      for (const keyId of collected.dataKeys) {
        say(
          `Its secrets are sealed under the data key ${keyId}: keep DATA_KEY of .env, apart from it.`,
        );
      }
      say(`The backup is in ${folder}. To put it back: npm run restore -- ${folder}`);
    }),
  );

await program.parseAsync();

async function queues(folder: string, env: Env): Promise<Contents> {
  const contents = await inRedis(env, (redis) => backUpQueues(folder, redis, env));
  say(`Redis: ${contents.documents} keys of pending jobs`);
  return contents;
}

async function collections(
  folder: string,
  env: Env,
): Promise<{ mongodb: MongoContents; dataKeys: string[] }> {
  return inMongo(env, async () => {
    await requireNoRestore();
    await requireOwnShapes();
    const told = (name: string, count: number) => say(`MongoDB: ${count} of ${name}`);
    const dataKeys = new Set(await keyIdsInUse());
    const mongodb = await backUpMongo(folder, told);
    // Rotated meanwhile, it holds secrets under both.
    for (const keyId of await keyIdsInUse()) dataKeys.add(keyId);
    // What began meanwhile may have replaced or changed what was still to be read.
    await requireNoRestore();
    await requireOwnShapes();
    return { mongodb, dataKeys: [...dataKeys] };
  });
}
