import { z } from 'zod';
import { mongoAddressProblem, redisAddressProblem } from '../addresses.ts';
import { endpoints } from '../redisShape.ts';
import { checked, duration, flag } from '../settingTypes.ts';

/** Where MongoDB and Redis are. */
export const storeSettings = {
  MONGODB_URI: checked(mongoAddressProblem).optional(),
  REDIS_URL: checked(redisAddressProblem).optional(),
  REDIS_HOST: z.string().optional(),
  REDIS_PORT: z.coerce.number().int().min(1).max(65_535).default(6379),
  REDIS_USERNAME: z.string().optional(),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_DB: z.coerce.number().int().min(0).default(0),
  REDIS_TLS: flag.default(false),
  REDIS_SENTINELS: endpoints(26_379).optional(),
  REDIS_SENTINEL_NAME: z.string().optional(),
  REDIS_SENTINEL_PASSWORD: z.string().optional(),
  REDIS_CLUSTER_NODES: endpoints(6_379).optional(),
  REDIS_COMMAND_TIMEOUT_MS: duration.default(600),
  ALLOW_UNFIT_REDIS: flag.default(false),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[\w{}-]+$/, 'letters, digits, - _ { } only')
    .default('{hourwork}'),
};
