import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '../config/env.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import { type DumpedKey, dumpPending } from '../Services/BackgroundJobs/backup/pendingSnapshot.ts';
import {
  forgetFinished,
  keysUnder,
  removeKeys,
  restoreKeys,
} from '../Services/BackgroundJobs/backup/restoreKeys.ts';
import { catalogue } from '../Services/BackgroundJobs/queues/catalogue.ts';
import { queuesOf } from '../Services/BackgroundJobs/queues/loadProcessors.ts';
import { ownerKey } from '../Services/BackgroundJobs/queues/prefixOwner.ts';
import { readLines, requireWhole, writeLines } from '../Services/Backup/lineFile.ts';

const FILE = 'redis.json.gz';

/** Writes the pending jobs of every queue into a file of `folder`. @returns the number of keys. */
export async function backUpQueues(
  folder: string,
  redis: RedisConnection,
  env: Env,
): Promise<number> {
  async function* lines() {
    for (const { name } of queuesOf(catalogue).keys()) {
      for await (const key of dumpPending(redis, env.QUEUE_PREFIX, name)) {
        yield JSON.stringify(key);
      }
    }
  }
  return writeLines(join(folder, FILE), lines());
}

/**
 * Looks whether the pending jobs can be put back here: all of the file is read.
 * @throws Error when it is not there or damaged, or when Redis holds anything under the prefix that
 * is not to be replaced.
 */
export async function requireRestorableQueues(
  folder: string,
  redis: RedisConnection,
  env: Env,
  replace: boolean,
): Promise<void> {
  const file = join(folder, FILE);
  if (!existsSync(file)) throw new Error(`There is no backup of Redis in ${folder}.`);
  if (!replace) await requireEmptyQueues(redis, env);
  await requireWhole(file);
}

/**
 * Puts the pending jobs back, after `requireRestorableQueues`. What Redis holds under the prefix is
 * in the way, unless it is to be replaced.
 * @returns the number of keys.
 */
export async function restoreQueues(
  folder: string,
  redis: RedisConnection,
  env: Env,
  replace: boolean,
): Promise<number> {
  if (replace) await removeKeys(redis, env.QUEUE_PREFIX);
  await requireEmptyQueues(redis, env);
  async function* keys() {
    for await (const line of readLines(join(folder, FILE))) yield JSON.parse(line) as DumpedKey;
  }
  return restoreKeys(redis, env.QUEUE_PREFIX, keys());
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
export async function forgetFinishedJobs(redis: RedisConnection, env: Env): Promise<number> {
  let jobs = 0;
  for (const { name } of queuesOf(catalogue).keys()) {
    jobs += await forgetFinished(redis, env.QUEUE_PREFIX, name);
  }
  return jobs;
}
