import { type Env, EnvironmentError } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import { onBack } from '../config/redisStates.ts';
import { readRedisFacts, unfitness } from '../Services/BackgroundJobs/queues/redisFacts.ts';

type FitnessSettings = Pick<Env, 'NODE_ENV' | 'ALLOW_UNFIT_REDIS'>;

/**
 * Says what makes this Redis unsafe for jobs, now and each time it is connected to anew: another
 * server may stand behind the address by then.
 * @throws EnvironmentError in production, unless ALLOW_UNFIT_REDIS is true, when Redis answers now
 * and is unsafe. One that is away is judged when it comes, and then only in the log.
 */
export async function requireFitRedis(
  redis: RedisConnection,
  { NODE_ENV, ALLOW_UNFIT_REDIS }: FitnessSettings,
  logger: Logger,
): Promise<void> {
  const problems = await problemsOf(redis, logger);
  onBack(redis, () => void problemsOf(redis, logger));
  if (problems.length === 0 || NODE_ENV !== 'production' || ALLOW_UNFIT_REDIS) return;
  throw new EnvironmentError(
    `This Redis may lose jobs:\n${problems.map((problem) => `  ${problem}`).join('\n')}\n` +
      'Mend it, or accept it by ALLOW_UNFIT_REDIS=true.',
  );
}

async function problemsOf(redis: RedisConnection, logger: Logger): Promise<string[]> {
  if (redis.status !== 'ready') return [];
  try {
    const problems = unfitness(await readRedisFacts(redis));
    for (const problem of problems) logger.warn(problem);
    return problems;
  } catch (error) {
    logger.debug('Redis could not be asked whether it is fit', { error });
    return [];
  }
}
