import type { Env } from '../../config/env.ts';
import type { RedisConnection, RedisSettings } from '../../config/queueRedisConn.ts';
import { redisAddress } from '../../config/redisAddress.ts';
import { keysOf } from '../../Services/BackgroundJobs/queues/bullmqLayout.ts';
import { catalogue } from '../../Services/BackgroundJobs/queues/catalogue.ts';
import { queuesOf } from '../../Services/BackgroundJobs/queues/loadProcessors.ts';
import { lockless } from '../../Services/BackgroundJobs/queues/lockless.ts';
import { ownershipProblem } from '../../Services/BackgroundJobs/queues/ownership.ts';
import { readOwner } from '../../Services/BackgroundJobs/queues/prefixOwner.ts';
import {
  type Misfit,
  misfits,
  readRedisFacts,
  tooFull,
  unfitness,
} from '../../Services/BackgroundJobs/queues/redisFacts.ts';
import { aclLine, missingRights } from '../../Services/BackgroundJobs/queues/rights.ts';
import { type Finding, warning, well, wrong } from './finding.ts';

type RedisCli = (command: string) => string;

const MIB = 2 ** 20;

/**
 * Version, eviction policy and persistence: whether jobs are safe there.
 * @param cli makes a command the shell's line for this Redis.
 */
export async function redisFitness(redis: RedisConnection, cli: RedisCli): Promise<Finding> {
  const facts = await readRedisFacts(redis);
  const wrongs = misfits(facts);
  if (wrongs.length > 0) return wrong(unfitness(facts).join(' '), remedy(wrongs, cli));
  const { version, evictionPolicy, persistent } = facts;
  const seen = `${version}, ${evictionPolicy}`;
  if (persistent === null) {
    return warning(
      `${seen}; it does not tell whether it writes to disk`,
      'ask its provider for AOF, everysec',
    );
  }
  return well(`${seen}, writes to disk`);
}

const SETTING = {
  evictionPolicy: 'config set maxmemory-policy noeviction',
  persistent: 'config set appendonly yes',
} as const;

/** One for each problem: a setting is changed in the running server and in its file. */
export function remedy(wrongs: readonly Misfit[], cli: RedisCli): string {
  const commands = wrongs.flatMap((each) => (each === 'version' ? [] : [cli(SETTING[each])]));
  return [
    ...(wrongs.includes('version') ? ['install Redis 7 there, or name another in .env'] : []),
    ...(commands.length > 0 ? [[...commands, cli('config rewrite')].join(' && ')] : []),
  ].join('; ');
}

/** Whether the user of this connection may do what queues need. */
export async function redisRights(
  redis: RedisConnection,
  { QUEUE_PREFIX }: Pick<Env, 'QUEUE_PREFIX'>,
  user: string,
): Promise<Finding> {
  const missing = await missingRights(redis, QUEUE_PREFIX);
  if (missing.length === 0) return well('all that is needed');
  return wrong(
    `missing: ${missing.join(' ')}`,
    `in redis-cli, as its administrator: ${aclLine(QUEUE_PREFIX, user)}`,
  );
}

/** Whether the prefix belongs to the database of the open connection. */
export async function prefixOwner(
  redis: RedisConnection,
  env: Pick<Env, 'QUEUE_PREFIX'> & RedisSettings,
): Promise<Finding> {
  const { QUEUE_PREFIX: prefix } = env;
  const problem = await ownershipProblem({ redis, prefix, address: redisAddress(env) });
  if (problem !== null) return wrong(problem.message, 'npm run rebind');
  const owner = await readOwner(redis, prefix);
  return well(
    owner === null
      ? `${prefix} is free, and is taken at the next start`
      : `${prefix} belongs to ${owner.database}`,
  );
}

/** How much of its memory is used. */
export async function redisMemory(redis: RedisConnection, cli: RedisCli): Promise<Finding> {
  const facts = await readRedisFacts(redis);
  const used = `${Math.ceil(facts.usedBytes / MIB)} MiB used`;
  if (facts.maxBytes === 0) return well(`${used}, no limit set`);
  const text = `${used} of ${Math.floor(facts.maxBytes / MIB)}`;
  return tooFull(facts) === null
    ? well(text)
    : wrong(
        `${text}: above 80 % no run is begun`,
        cli(`config set maxmemory ${Math.ceil((2 * facts.maxBytes) / MIB)}mb`),
      );
}

/** Jobs that were at work when their worker vanished, and that no other has taken yet. */
export async function activeWithoutLock(
  redis: RedisConnection,
  { QUEUE_PREFIX }: Pick<Env, 'QUEUE_PREFIX'>,
): Promise<Finding> {
  let jobs = 0;
  for (const { name } of queuesOf(catalogue).keys()) {
    jobs += await lockless(redis, keysOf(QUEUE_PREFIX, name));
  }
  if (jobs === 0) return well('every job at work has a living worker');
  return warning(
    `${jobs} jobs are at work for workers that are gone; any worker gives them on within seconds`,
    'npx pm2 restart worker',
  );
}

/** Redis' time, in milliseconds since 1970. */
export async function redisTime(redis: RedisConnection): Promise<number> {
  const [seconds, microseconds] = (await redis.time()).map(Number) as [number, number];
  return seconds * 1_000 + microseconds / 1_000;
}
