import { AppError } from '../../../errors/AppError.ts';

const REDIS_REQUIRED = 'Redis is required for job scheduling. Please ensure Redis is running.';

/** How a Redis that answers says that it takes no writes now. */
const REFUSALS = 'READONLY|OOM|NOREPLICAS|MISCONF|MASTERDOWN|CLUSTERDOWN';

/** Before Redis 7 what a script meets stands within the script's own error. */
const AT_ITS_HEAD = '(?:^|: -)';
const REFUSAL = new RegExp(`${AT_ITS_HEAD}(${REFUSALS}) `);

/** How the network, ioredis, its Sentinel and Cluster, and Redis say that nothing can be stored or
 * read now. */
const UNAVAILABLE = new RegExp(
  [
    'Socket closed|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN',
    "Stream isn't writeable|Connection is closed|Connection in subscriber|Command timed out",
    'max retries per request|All sentinels are unreachable',
    "Cluster isn't ready|Cluster is ended|Failed to refresh slots cache|startup nodes is available",
    'Too many Cluster redirections|Node is disconnected',
    `${AT_ITS_HEAD}(LOADING|NOAUTH|WRONGPASS|TRYAGAIN|${REFUSALS})`,
    '^(MOVED|ASK|UNBLOCKED) ',
  ].join('|'),
);

/** Whether the error says that Redis is away, not ready, or full. */
export function isRedisUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AppError) return error.code === 'REDIS_UNAVAILABLE';
  const code = 'code' in error ? String(error.code) : '';
  return UNAVAILABLE.test(error.message) || UNAVAILABLE.test(code);
}

/** Whether Redis answers, and takes no writes: full, without its replicas, or no master any more. */
export function refusesWrites(error: unknown): boolean {
  return error instanceof Error && REFUSAL.test(error.message);
}

/** The error people see while Redis is away. */
export function redisUnavailable(cause?: unknown): AppError {
  return new AppError('REDIS_UNAVAILABLE', REDIS_REQUIRED, { cause });
}

/**
 * Runs a command against Redis.
 * @throws AppError `REDIS_UNAVAILABLE` when Redis is away; any other error as it is.
 */
export async function withRedis<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (error) {
    throw isRedisUnavailable(error) ? redisUnavailable(error) : error;
  }
}
