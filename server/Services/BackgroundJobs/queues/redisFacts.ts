import type { Redis } from 'ioredis';

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
/** Above this share of its memory a full Redis is near, and a full one stops workers too. */
const FULL_AT = 0.8;

/** Asks a server by INFO, which hosted ones answer too. */
export async function readRedisFacts(redis: Redis): Promise<RedisFacts> {
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

/** Why jobs are not safe in such a Redis, and what to change; empty when they are. */
export function unfitness({ version, evictionPolicy, persistent }: RedisFacts): string[] {
  const problems: string[] = [];
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    problems.push(`Redis is of version ${version}: BullMQ needs ${OLDEST.join('.')} or later.`);
  }
  if (evictionPolicy !== 'noeviction') {
    problems.push(
      `Redis may drop jobs when its memory is full (maxmemory-policy ${evictionPolicy}): ` +
        'set maxmemory-policy to noeviction.',
    );
  }
  if (persistent === false) {
    problems.push(
      'Redis keeps nothing on disk, so a restart empties the queue: set appendonly to yes.',
    );
  }
  return problems;
}

/** The used share of the memory in percent when no new run should be begun, else null. */
export function tooFull({ usedBytes, maxBytes }: RedisFacts): number | null {
  if (maxBytes === 0 || usedBytes < FULL_AT * maxBytes) return null;
  return Math.floor((100 * usedBytes) / maxBytes);
}
