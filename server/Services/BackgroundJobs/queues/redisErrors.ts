import { AppError } from '../../../errors/AppError.ts';
import type { ErrorCode } from '../../../errors/codes.ts';

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

/** How Redis says that this user, or anybody, may not have something done; 7.2 words it anew. */
const FORBIDDEN =
  /(?:^|: -|\bin script: )NOPERM|unknown (?:redis )?command|executing the script can't|ACL failure in script/i;
/** The command's name, where the refusal has it. */
const COMMAND = /(?:run the|unknown command,?) ['`"]([\w|]+)/i;

/** What Redis is for an installation that cannot use it, be it away or not for it. */
const UNUSABLE: readonly ErrorCode[] = [
  'REDIS_UNAVAILABLE',
  'REDIS_PERMISSION_DENIED',
  'REDIS_PREFIX_TAKEN',
];

/** Whether the error says that Redis cannot be used now: away, not ready, full, or not allowed. */
export function isRedisUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AppError) return UNUSABLE.includes(error.code);
  const code = 'code' in error ? String(error.code) : '';
  return UNAVAILABLE.test(error.message) || UNAVAILABLE.test(code) || isForbidden(error);
}

/** Whether Redis answers, and does not let this user do what was asked, or has no such command. */
export function isForbidden(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'REDIS_PERMISSION_DENIED';
  return error instanceof Error && FORBIDDEN.test(error.message);
}

/**
 * The right whose lack a refusal tells, as `+info`; `keys` when it is about the keys.
 * @param asked the command that was sent, for a refusal that names none
 * @returns null for an error that is no such refusal.
 */
export function refusedRight(error: Error, asked = ''): string | null {
  if (!isForbidden(error)) return null;
  const [, command = asked] = COMMAND.exec(error.message) ?? [];
  if (/\bkeys?\b/i.test(error.message) && !COMMAND.test(error.message)) return 'keys';
  return command === '' ? null : `+${command.toLowerCase()}`;
}

/** The error people see when rights are missing. */
export function permissionDenied(rights: readonly string[], cause?: unknown): AppError {
  const missing = rights.length === 0 ? 'what is needed' : rights.join(' ');
  return new AppError(
    'REDIS_PERMISSION_DENIED',
    `Redis does not let its user do all that is needed: missing ${missing}. Grant it, and it goes on by itself; npm run doctor lists what is needed.`,
    { cause },
  );
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
 * @throws AppError `REDIS_UNAVAILABLE` when Redis is away, `REDIS_PERMISSION_DENIED` when its user may
 * not do that; any other error as it is.
 */
export async function withRedis<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof Error && isForbidden(error)) {
      const right = refusedRight(error);
      throw permissionDenied(right === null ? [] : [right], error);
    }
    throw isRedisUnavailable(error) ? redisUnavailable(error) : error;
  }
}
