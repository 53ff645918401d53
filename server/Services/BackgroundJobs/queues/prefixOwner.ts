import { z } from 'zod';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';

/** Which installation a prefix in Redis belongs to. */
export interface PrefixOwner {
  /** The id that stands in its database. */
  installation: string;
  /** That database as people know it. */
  database: string;
  since: string;
}

const ownerSchema = z.object({
  installation: z.string(),
  database: z.string(),
  since: z.string(),
});

/** What nobody can read is another's all the same. */
const UNREADABLE: PrefixOwner = {
  installation: '',
  database: 'one that this version cannot read',
  since: '',
};

/** An owner that has said nothing for so long has no process running. */
const ALIVE_MS = 30_000;

/** Under this key stands who owns the prefix. */
export function ownerKey(prefix: string): string {
  return `${prefix}:owner`;
}

/** Null for a prefix that nobody owns: a new one, or one that Redis has lost. */
export async function readOwner(
  redis: RedisConnection,
  prefix: string,
): Promise<PrefixOwner | null> {
  const text = await redis.get(ownerKey(prefix));
  if (text === null) return null;
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return UNREADABLE;
  }
}

/** Takes a prefix that nobody owns. @returns who owns it now. */
export async function claimPrefix(
  redis: RedisConnection,
  prefix: string,
  owner: PrefixOwner,
): Promise<PrefixOwner> {
  await redis.set(ownerKey(prefix), JSON.stringify(owner), 'NX');
  return (await readOwner(redis, prefix)) ?? owner;
}

/** Takes a prefix, whoever owns it. */
export async function takePrefix(
  redis: RedisConnection,
  prefix: string,
  owner: PrefixOwner,
): Promise<void> {
  await redis.multi().set(ownerKey(prefix), JSON.stringify(owner)).del(aliveKey(prefix)).exec();
}

/** Says for the owner that a process of it runs; a Redis that takes no writes goes without. */
export async function showOwnerAlive(redis: RedisConnection, prefix: string): Promise<void> {
  await redis.set(aliveKey(prefix), '', 'PX', ALIVE_MS).catch(() => undefined);
}

/** Whether the owner has shown a sign of life within half a minute. */
export async function isOwnerAlive(redis: RedisConnection, prefix: string): Promise<boolean> {
  return (await redis.exists(aliveKey(prefix))) === 1;
}

function aliveKey(prefix: string): string {
  return `${prefix}:owner:alive`;
}
