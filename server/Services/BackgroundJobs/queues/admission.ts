import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { onBack } from '../../../config/redisStates.ts';
import type { AppError } from '../../../errors/AppError.ts';
import { isMongoUnavailable } from '../../../models/mongoErrors.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import { every } from '../scheduling/every.ts';
import { createOwnership } from './ownership.ts';
import {
  isForbidden,
  isRedisUnavailable,
  permissionDenied,
  redisUnavailable,
  refusesWrites,
} from './redisErrors.ts';
import { missingRights } from './rights.ts';

/**
 * Whether this installation may use this Redis: its user has all rights that are needed, and the
 * prefix is this database's own. Known from the first moment on at which both answer; an outage changes
 * nothing.
 */
export interface Admission {
  /** Why Redis must not be used now; null when it may be. */
  refusal(): AppError | null;
  /** @throws AppError that refusal: `REDIS_UNAVAILABLE` until it is known, `REDIS_PERMISSION_DENIED` or
   * `REDIS_PREFIX_TAKEN`. */
  require(): void;
  /** Calls this each time Redis may be used from now on; at once if it may already. */
  onAdmitted(listener: () => void): void;
  /** Calls this each time Redis must not be used any more. */
  onRefused(listener: (refusal: AppError) => void): void;
  /** Looks now. @returns whether Redis may be used. */
  look(): Promise<boolean>;
  /** Ends the looking; a look under way may hang with Redis, and is not waited for. */
  stop(): void;
}

interface AdmissionOptions {
  redis: RedisConnection;
  prefix: string;
  /** Where Redis is, without a password. */
  address: string;
  log: JobLog;
}

const LOOK_AGAIN_MS = 5_000;
const LOOK_WHILE_REFUSED_MS = 1_000;

/** Begins to look; needs MongoDB, and waits for it as for Redis. */
export function watchAdmission({ redis, prefix, address, log }: AdmissionOptions): Admission {
  const ownership = createOwnership({ redis, prefix, address });
  const admitted: (() => void)[] = [];
  const refused: ((refusal: AppError) => void)[] = [];
  let refusal: AppError | null = redisUnavailable();
  let lookedAt = 0;
  let underWay: Promise<void> | null = null;

  async function refusalNow(): Promise<AppError | null> {
    const missing = (await takesWrites(redis, prefix)) ? await missingRights(redis, prefix) : [];
    return missing.length > 0 ? permissionDenied(missing) : await ownership();
  }

  async function lookOnce(): Promise<void> {
    if (redis.status !== 'ready') return;
    try {
      settle(await refusalNow());
      lookedAt = Date.now();
    } catch (error) {
      if (!isRedisUnavailable(error) && !isMongoUnavailable(error)) throw error;
    }
  }

  function look(): Promise<void> {
    underWay ??= lookOnce().finally(() => {
      underWay = null;
    });
    return underWay;
  }

  function settle(next: AppError | null): void {
    const before = refusal;
    refusal = next;
    if (next?.message === before?.message) return;
    if (next === null) {
      if (before?.code !== 'REDIS_UNAVAILABLE') log.info('Redis may be used again');
      for (const listener of admitted) listener();
      return;
    }
    log.error(next.message, { code: next.code });
    for (const listener of refused) listener(next);
  }

  onBack(redis, () => void look().catch(() => undefined));
  const looking = every(
    { name: 'Admission to Redis', intervalMs: LOOK_WHILE_REFUSED_MS, log },
    async () => {
      if (refusal === null && Date.now() - lookedAt < LOOK_AGAIN_MS) return;
      await look();
    },
  );

  return {
    refusal: () => refusal,
    require() {
      if (refusal !== null) throw refusal;
    },
    onAdmitted(listener) {
      admitted.push(listener);
      if (refusal === null) listener();
    },
    onRefused: (listener) => void refused.push(listener),
    async look() {
      await look().catch(() => undefined);
      return refusal === null;
    },
    stop: () => void looking.stop(),
  };
}

/**
 * Without writes (full, no master) rights cannot be told apart from them.
 * @throws Error when Redis does not answer.
 */
async function takesWrites(redis: RedisConnection, prefix: string): Promise<boolean> {
  try {
    await redis.set(`${prefix}:writable`, '', 'PX', 1_000);
    return true;
  } catch (error) {
    if (isForbidden(error)) return true;
    if (refusesWrites(error)) return false;
    throw error;
  }
}
