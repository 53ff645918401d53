import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import { redisAddress } from '../config/redisAddress.ts';
import { type Admission, watchAdmission } from '../Services/BackgroundJobs/queues/admission.ts';

/** Watches whether the Redis that the settings name may be used by their installation. */
export function admissionTo(redis: RedisConnection, env: Env, logger: Logger): Admission {
  return watchAdmission({
    redis,
    prefix: env.QUEUE_PREFIX,
    address: redisAddress(env),
    log: logger,
  });
}
