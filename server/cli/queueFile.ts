import { join } from 'node:path';
import type { Env } from '../config/env.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import { bytesOf, type Fields, fromBson, toBson } from '../models/bson.ts';
import { type DumpedKey, dumpPending } from '../Services/BackgroundJobs/backup/pendingSnapshot.ts';
import {
  forgetFinished,
  keysUnder,
  removeKeys,
  requireReadable,
  restoreKeys,
} from '../Services/BackgroundJobs/backup/restoreKeys.ts';
import { catalogue } from '../Services/BackgroundJobs/queues/catalogue.ts';
import { queuesOf } from '../Services/BackgroundJobs/queues/loadProcessors.ts';
import { ownerKey } from '../Services/BackgroundJobs/queues/prefixOwner.ts';
import {
  type Contents,
  readDocuments,
  requireWhole,
  writeDocuments,
} from '../Services/Backup/bsonFile.ts';

const FILE = 'redis.bson.gz';

/** Writes the pending jobs of every queue into a file of `folder`. @returns what it holds. */
export async function backUpQueues(
  folder: string,
  redis: RedisConnection,
  env: Env,
): Promise<Contents> {
  async function* documents() {
    for (const { name } of queuesOf(catalogue).keys()) {
      for await (const { key, dump, expiresAt } of dumpPending(redis, env.QUEUE_PREFIX, name)) {
        yield toBson(
          new Map<string, unknown>([
            ['key', key],
            ['dump', dump],
            ['expiresAt', expiresAt === null ? null : new Date(expiresAt)],
          ]),
        );
      }
    }
  }
  return writeDocuments(join(folder, FILE), documents());
}

/**
 * Looks whether the pending jobs can be put back here: all of the file is read as the restore will
 * read it, and Redis is asked whether it can take its keys.
 * @throws Error when the file is damaged, Redis holds anything under the prefix that is not to be
 * replaced, or is older than the one of the backup.
 */
export async function requireRestorableQueues(
  folder: string,
  redis: RedisConnection,
  env: Env,
  { written, replace }: { written: Contents; replace: boolean },
): Promise<void> {
  if (!replace) await requireEmptyQueues(redis, env);
  await requireWhole(join(folder, FILE), written, keyOf);
  for await (const key of keysOf(folder)) {
    await requireReadable(redis, env.QUEUE_PREFIX, key);
    break;
  }
}

/**
 * Puts the pending jobs in the place of all that Redis holds under the prefix, after
 * `requireRestorableQueues`.
 * @returns the number of keys.
 */
export async function restoreQueues(
  folder: string,
  redis: RedisConnection,
  prefix: string,
): Promise<number> {
  await removeKeys(redis, prefix);
  return restoreKeys(redis, prefix, keysOf(folder));
}

async function* keysOf(folder: string): AsyncGenerator<DumpedKey> {
  for await (const document of readDocuments(join(folder, FILE))) yield keyOf(fromBson(document));
}

/** @throws Error when it is no key as `backUpQueues` writes it. */
function keyOf(fields: Fields): DumpedKey {
  const [key, expiresAt] = [fields.get('key'), fields.get('expiresAt')];
  const dump = bytesOf(fields.get('dump'));
  if (typeof key !== 'string' || dump === null) throw new Error('it is no key of Redis');
  return { key, dump, expiresAt: expiresAt instanceof Date ? expiresAt.getTime() : null };
}

/** @throws Error when Redis holds anything under the prefix, but for the mark of its owner. */
async function requireEmptyQueues(redis: RedisConnection, env: Env): Promise<void> {
  const mark = ownerKey(env.QUEUE_PREFIX);
  for await (const { keys } of keysUnder(redis, env.QUEUE_PREFIX)) {
    if (keys.every((key) => key.startsWith(mark))) continue;
    throw new Error(
      `Redis is not empty under ${env.QUEUE_PREFIX}. Set another QUEUE_PREFIX, or add --replace.`,
    );
  }
}

/** Makes Redis forget what finished there. @returns the number of jobs. */
export async function forgetFinishedJobs(redis: RedisConnection, prefix: string): Promise<number> {
  let jobs = 0;
  for (const { name } of queuesOf(catalogue).keys()) {
    jobs += await forgetFinished(redis, prefix, name);
  }
  return jobs;
}
