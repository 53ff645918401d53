import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Option } from 'commander';
import { type Env, readEnv } from '../config/env.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import {
  findRestore,
  moveRestore,
  type RestoreDoc,
  unmarkRestore,
} from '../models/system/RestoreModel.ts';
import { removeKeys } from '../Services/BackgroundJobs/backup/restoreKeys.ts';
import { type Manifest, readManifest, requireDataKeys } from '../Services/Backup/manifest.ts';
import {
  loadMongo,
  planReplacement,
  replaceMongo,
  requireRestorable,
  unloadMongo,
} from '../Services/Backup/mongoRestore.ts';
import { beginRestore, RECOVER, requireNoRestore } from '../Services/Backup/restoreMark.ts';
import { keyIdsOf } from '../Services/Secrets/secretBox.ts';
import { requireAllStopped, SETTLED_MS } from './allStopped.ts';
import { inMongo, inOwnRedis } from './connections.ts';
import { commandNamed, say } from './output.ts';
import { forgetFinishedJobs, requireRestorableQueues, restoreQueues } from './queueFile.ts';
import { tellErrors } from './tellErrors.ts';

interface Flags {
  only?: 'mongodb' | 'redis';
  replace: boolean;
  recover: boolean;
}

const program = commandNamed('restore')
  .description('Puts a backup back. Stop the API and the workers first, and start them after.')
  .argument('[folder]', 'what npm run backup has written')
  .option('--replace', 'remove what is there', false)
  .option('--recover', 'bring a restore that was interrupted to its end, or undo it', false)
  .addOption(new Option('--only <side>', 'one side').choices(['mongodb', 'redis']))
  .action((folder: string | undefined, flags: Flags) =>
    tellErrors(async () => {
      const env = readEnv();
      if (flags.recover) return inMongo(env, () => recover(env));
      if (folder === undefined) throw new Error('Name the folder that npm run backup has written.');
      await inMongo(env, () => restore(resolve(folder), flags, env));
      say('Restored. When the API and the workers run, the reconciler makes both sides agree.');
    }),
  );

await program.parseAsync();

/** Until all of the backup is loaded beside it, what is there stays as it is. */
async function restore(folder: string, { only, replace }: Flags, env: Env): Promise<void> {
  await requireNoRestore();
  await requireAllStopped();
  const manifest = await readManifest(folder);
  const mongodb = only === 'redis' ? null : sideOf(manifest, 'mongodb', folder);
  const redis = only === 'mongodb' ? null : sideOf(manifest, 'redis', folder);
  if (mongodb !== null) requireDataKeys(manifest, keyIdsOf(env));
  if (mongodb !== null) await requireRestorable(folder, mongodb, replace);
  if (redis !== null) {
    const options = { written: redis, replace };
    await inOwnRedis(env, { replace }, (connection) =>
      requireRestorableQueues(folder, connection, env, options),
    );
  }
  const begun = await beginRestore({
    folder,
    process: `${hostname()}:${process.pid}`,
    queuePrefix: env.QUEUE_PREFIX,
    queuesDue: redis === null ? 'forget' : 'replace',
  });
  const loaded = await load(begun, mongodb).catch((error: Error) => undoAfter(error, begun));
  await bringToEnd(loaded, env, async (connection) => {
    const keys = await restoreQueues(folder, connection, loaded.queuePrefix);
    say(`Redis: ${keys} keys of pending jobs`);
  });
}

function sideOf<S extends 'mongodb' | 'redis'>(manifest: Manifest, side: S, folder: string) {
  const contents = manifest[side];
  if (contents !== null) return contents;
  const name = { mongodb: 'MongoDB', redis: 'Redis' }[side];
  throw new Error(
    `There is no backup of ${name} in ${folder}: restore the other side with --only.`,
  );
}

/** @returns the mark, moved to the point from which the restore goes on whatever comes. */
async function load(begun: RestoreDoc, mongodb: Manifest['mongodb']): Promise<RestoreDoc> {
  const { folder, stagedAs, startedAt } = begun;
  if (mongodb !== null) {
    const told = (name: string, count: number) => say(`MongoDB: ${count} of ${name}`);
    await loadMongo(folder, mongodb, stagedAs, { told, warn: say });
  }
  await delay(Math.max(0, startedAt.getTime() + SETTLED_MS - Date.now()));
  await requireAllStopped();
  if (mongodb === null) return moveRestore(begun, { stage: 'queues' });
  const plan = await planReplacement(mongodb, stagedAs);
  return moveRestore(begun, { stage: 'replacing', ...plan });
}

async function undoAfter(error: Error, begun: RestoreDoc): Promise<never> {
  await undo(begun).catch((reason: Error) => {
    throw new Error(
      `${error.message}. It could not be undone (${reason.message}). Then: ${RECOVER}`,
    );
  });
  throw error;
}

/** Takes the mark first: a move of it whose answer was lost cannot come true any more. */
async function undo(restore: RestoreDoc): Promise<void> {
  const taken = await moveRestore(restore, { token: randomUUID() });
  await unloadMongo(taken.stagedAs);
  await unmarkRestore(taken);
}

/** What Redis holds is replaced last: before, MongoDB would not know of its jobs. */
async function bringToEnd(
  restore: RestoreDoc,
  env: Env,
  replaceQueues: (redis: RedisConnection) => Promise<void>,
): Promise<void> {
  try {
    let mark = restore;
    if (mark.stage === 'replacing') {
      await replaceMongo(mark);
      mark = await moveRestore(mark, { stage: 'queues' });
    }
    if (mark.queuesDue === 'replace') await inOwnRedis(env, { replace: true }, replaceQueues);
    else await forget(env, mark.queuePrefix);
    await unmarkRestore(mark);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`${message}. The restore is not at its end. When that is mended: ${RECOVER}`);
  }
}

/** What finished in Redis since the backup may have no effect in MongoDB now: it is done again. */
async function forget(env: Env, prefix: string): Promise<void> {
  try {
    const jobs = await inOwnRedis(env, { replace: true }, (redis) =>
      forgetFinishedJobs(redis, prefix),
    );
    say(`Redis: ${jobs} finished jobs forgotten, so that MongoDB’s word counts`);
  } catch (error) {
    say(
      `! ${(error as Error).message}. It may hold jobs that finished after the backup. If it comes ` +
        'back with its data, restore MongoDB once more before anything is started.',
    );
  }
}

/** A restore that had replaced nothing is undone; any other is brought to its end. */
async function recover(env: Env): Promise<void> {
  const found = await findRestore();
  if (found === null) return say('No restore was interrupted here: there is nothing to do.');
  const { folder } = found;
  if (found.stage === 'loading') {
    await undo(found);
    return say(`Undone: the database is as it was. To try again: npm run restore -- ${folder}`);
  }
  const taken = await moveRestore(found, { token: randomUUID() });
  await bringToEnd(taken, env, async (redis) => {
    // How many of the backup's keys are there is not known; MongoDB knows all that are to be.
    const keys = await removeKeys(redis, taken.queuePrefix);
    say(`Redis: ${keys} keys removed; the reconciler puts the pending jobs in anew`);
  });
  say(`Restored from ${folder}.`);
}
