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
import { catalogue } from '../Services/BackgroundJobs/queues/catalogue.ts';
import { forgetFinished } from '../Services/BackgroundJobs/queues/forgetFinished.ts';
import { queuesOf } from '../Services/BackgroundJobs/queues/loadProcessors.ts';
import { keysUnder, removeKeys } from '../Services/BackgroundJobs/queues/prefixKeys.ts';
import { ownerKey } from '../Services/BackgroundJobs/queues/prefixOwner.ts';
import { type MongoContents, readManifest, requireDataKeys } from '../Services/Backup/manifest.ts';
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
import { tellErrors } from './tellErrors.ts';

interface Flags {
  only?: 'mongodb';
  replace: boolean;
  recover: boolean;
}

const program = commandNamed('restore')
  .description('Puts a backup back. Stop the API and the workers first, and start them after.')
  .argument('[folder]', 'what npm run backup has written')
  .option('--replace', 'remove what is there', false)
  .option('--recover', 'bring a restore that was interrupted to its end, or undo it', false)
  .addOption(
    new Option('--only <side>', 'leave pending jobs in Redis as they stand').choices(['mongodb']),
  )
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
  requireDataKeys(manifest, keyIdsOf(env));
  await requireRestorable(folder, manifest.mongodb, replace);
  if (only === undefined) {
    await inOwnRedis(env, { replace }, (redis) => requireRemovable(redis, env, replace));
  }
  const begun = await beginRestore({
    folder,
    process: `${hostname()}:${process.pid}`,
    queuePrefix: env.QUEUE_PREFIX,
    queuesDue: only === undefined ? 'replace' : 'forget',
  });
  const loaded = await load(begun, manifest.mongodb).catch((error: Error) =>
    undoAfter(error, begun),
  );
  await bringToEnd(loaded, env);
}

/**
 * Looks through Redis as the restore will: it may not be allowed to.
 * @throws Error when Redis holds anything under the prefix that is not to be replaced, but for the mark
 * of its owner.
 */
async function requireRemovable(
  redis: RedisConnection,
  { QUEUE_PREFIX: prefix }: Env,
  replace: boolean,
): Promise<void> {
  const mark = ownerKey(prefix);
  for await (const { keys } of keysUnder(redis, prefix)) {
    if (replace || keys.every((key) => key.startsWith(mark))) continue;
    throw new Error(
      `Redis is not empty under ${prefix}. Set another QUEUE_PREFIX, or add --replace.`,
    );
  }
}

/** @returns the mark, moved to the point from which the restore goes on whatever comes. */
async function load(begun: RestoreDoc, mongodb: MongoContents): Promise<RestoreDoc> {
  const { folder, stagedAs, startedAt } = begun;
  const told = (name: string, count: number) => say(`MongoDB: ${count} of ${name}`);
  await loadMongo(folder, mongodb, stagedAs, { told, warn: say });
  await delay(Math.max(0, startedAt.getTime() + SETTLED_MS - Date.now()));
  await requireAllStopped();
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

/** What Redis holds goes last: until MongoDB is replaced, the restore may be undone. */
async function bringToEnd(restore: RestoreDoc, env: Env): Promise<void> {
  try {
    let mark = restore;
    if (mark.stage === 'replacing') {
      await replaceMongo(mark);
      mark = await moveRestore(mark, { stage: 'queues' });
    }
    if (mark.queuesDue === 'replace') await removeJobs(env, mark.queuePrefix);
    else await forget(env, mark.queuePrefix);
    await unmarkRestore(mark);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`${message}. The restore is not at its end. When that is mended: ${RECOVER}`);
  }
}

/** Every pending job has its record, so the reconciler puts it in anew as soon as an API runs. */
async function removeJobs(env: Env, prefix: string): Promise<void> {
  const keys = await inOwnRedis(env, { replace: true }, (redis) => removeKeys(redis, prefix));
  say(`Redis: ${keys} keys removed; the reconciler puts the pending jobs in anew`);
}

/** What finished in Redis since the backup may have no effect in MongoDB now: it is done again. */
async function forget(env: Env, prefix: string): Promise<void> {
  try {
    const jobs = await inOwnRedis(env, { replace: true }, (redis) =>
      forgetFinished(
        redis,
        prefix,
        [...queuesOf(catalogue).keys()].map(({ name }) => name),
      ),
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
  await bringToEnd(taken, env);
  say(`Restored from ${folder}.`);
}
