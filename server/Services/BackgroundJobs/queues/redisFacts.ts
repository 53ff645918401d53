import { Cluster, type Redis } from 'ioredis';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';

/** What a queue depends on in one Redis server, as the server itself says it. */
export interface RedisFacts {
  version: string;
  evictionPolicy: string;
  /** Whether it writes to disk; null where the server does not tell (hosted ones refuse CONFIG). */
  persistent: boolean | null;
  usedBytes: number;
  /** 0 for no limit. */
  maxBytes: number;
}

const OLDEST = [6, 2] as const;
const SAFE_POLICY = 'noeviction';
/** Above this share of its memory a full Redis is near, and a full one stops workers too. */
const FULL_AT = 0.8;

/**
 * Whether the server that has the queues answers: of a Cluster that one, for any would answer PING.
 * @throws Error, as ioredis does, when it does not.
 */
export async function holdsQueues(redis: RedisConnection, prefix: string): Promise<boolean> {
  await redis.exists(`${prefix}:epoch`);
  return true;
}

/** Whether the server that has the queues takes writes: one that answers may be full, say. */
export async function takesWrites(redis: RedisConnection, prefix: string): Promise<boolean> {
  return redis.set(`${prefix}:writable`, '', 'PX', 1_000).then(
    () => true,
    () => false,
  );
}

/**
 * Asks a server by INFO, which hosted ones answer too; of a Cluster all masters that answer, and
 * tells the worst of each.
 */
export async function readRedisFacts(redis: RedisConnection): Promise<RedisFacts> {
  if (!(redis instanceof Cluster)) return factsOf(redis);
  const asked = await Promise.allSettled(redis.nodes('master').map(factsOf));
  const answers = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const [first, ...others] = answers;
  if (first !== undefined) return others.reduce(worseOf, first);
  const failed = asked.find((each) => each.status === 'rejected');
  throw failed?.reason ?? new Error("Cluster isn't ready: it has no master");
}

/** The worse of each two facts: the older version, the one that evicts or keeps nothing, the fuller memory. */
function worseOf(one: RedisFacts, other: RedisFacts): RedisFacts {
  const fuller = fullness(other) > fullness(one) ? other : one;
  return {
    version: isOlder(other.version, versionOf(one.version)) ? other.version : one.version,
    evictionPolicy: one.evictionPolicy === SAFE_POLICY ? other.evictionPolicy : one.evictionPolicy,
    persistent: lessSure(one.persistent, other.persistent),
    usedBytes: fuller.usedBytes,
    maxBytes: fuller.maxBytes,
  };
}

function lessSure(one: boolean | null, other: boolean | null): boolean | null {
  if (one === false || other === false) return false;
  return one === null ? null : other;
}

/** The used share of the memory; without a limit a server is never full. */
function fullness({ usedBytes, maxBytes }: RedisFacts): number {
  return maxBytes === 0 ? 0 : usedBytes / maxBytes;
}

function versionOf(text: string): readonly [number, number] {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return [major, minor];
}

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [itsMajor, itsMinor] = versionOf(version);
  return itsMajor < major || (itsMajor === major && itsMinor < minor);
}

async function factsOf(redis: Redis): Promise<RedisFacts> {
  const info = await redis.info();
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  return {
    version: field('redis_version'),
    evictionPolicy: field('maxmemory_policy'),
    persistent: field('aof_enabled') === '1' || (await takesSnapshots(redis)),
    usedBytes: Number(field('used_memory')),
    maxBytes: Number(field('maxmemory')),
  };
}

/** INFO does not say whether snapshots are switched on. */
async function takesSnapshots(redis: Redis): Promise<boolean | null> {
  try {
    const [, rules] = (await redis.config('GET', 'save')) as string[];
    return rules !== undefined && rules !== '';
  } catch {
    return null;
  }
}

/** A fact because of which jobs are not safe. */
export type Misfit = 'version' | 'evictionPolicy' | 'persistent';

const PROBLEM: Record<Misfit, (facts: RedisFacts) => string> = {
  version: ({ version }) =>
    `Redis is of version ${version}: BullMQ needs ${OLDEST.join('.')} or later.`,
  evictionPolicy: ({ evictionPolicy }) =>
    `Redis may drop jobs when its memory is full (maxmemory-policy ${evictionPolicy}): ` +
    'set maxmemory-policy to noeviction.',
  persistent: () =>
    'Redis keeps nothing on disk, so a restart empties the queue: set appendonly to yes.',
};

/** The facts because of which jobs are not safe in such a Redis; empty when they are. */
export function misfits({ version, evictionPolicy, persistent }: RedisFacts): Misfit[] {
  return [
    ...(isOlder(version, OLDEST) ? ['version' as const] : []),
    ...(evictionPolicy === SAFE_POLICY ? [] : ['evictionPolicy' as const]),
    ...(persistent === false ? ['persistent' as const] : []),
  ];
}

/** Why jobs are not safe in such a Redis, and what to change; empty when they are. */
export function unfitness(facts: RedisFacts): string[] {
  return misfits(facts).map((misfit) => PROBLEM[misfit](facts));
}

/** The used share of the memory in percent when no new run should be begun, else null. */
export function tooFull(facts: RedisFacts): number | null {
  const share = fullness(facts);
  return share < FULL_AT ? null : Math.floor(100 * share);
}
