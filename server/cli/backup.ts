import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Env, readEnv } from '../config/env.ts';
import { packageVersion } from '../config/packageVersion.ts';
import { type MongoContents, writeManifest } from '../Services/Backup/manifest.ts';
import { backUpMongo } from '../Services/Backup/mongoBackup.ts';
import { requireNoRestore } from '../Services/Backup/restoreMark.ts';
import { requireOwnShapes } from '../Services/Migrating/ownShapes.ts';
import { keyIdsInUse } from '../Services/Secrets/storedSecrets.ts';
import { inMongo } from './connections.ts';
import { commandNamed, say } from './output.ts';
import { tellErrors } from './tellErrors.ts';

const program = commandNamed('backup')
  .description(
    'Writes MongoDB’s collections, the records of all jobs among them, into a new folder.',
  )
  .argument('[folder]', 'where to', `backup-${new Date().toISOString().replace(/[:.]/g, '-')}`)
  .action((name: string) =>
    tellErrors(async () => {
      const env = readEnv();
      const folder = resolve(name);
      await mkdir(folder, { mode: 0o700 });
      const collected = await collections(folder, env);
      await writeManifest(folder, { version: packageVersion(), ...collected });
      for (const keyId of collected.dataKeys) {
        say(
          `Its secrets are sealed under the data key ${keyId}: keep DATA_KEY of .env, apart from it.`,
        );
      }
      say(`The backup is in ${folder}. To put it back: npm run restore -- ${folder}`);
    }),
  );

await program.parseAsync();

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
