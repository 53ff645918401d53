import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../errors/AppError.ts';
import { createLeakyBuckets } from './leakyBuckets.ts';

/** Buckets of each kind that are kept; one takes about 200 bytes. */
const REMEMBERED = 20_000;
/** Guesses in a row have less between them. */
const REST_MS = 3_000;
/** How much later an answer comes beyond the limit. */
const LATE_MS = 1_000;

/**
 * How many attempts beyond the limit are still looked at, as a multiple of it. An address stands for all
 * who share it: there is more room for others when one of them guesses.
 */
const BEYOND_OF_CLIENT = 1;
const BEYOND_OF_ADDRESS = 4;

/** Who tries to log in. */
export interface Attempt {
  email: string;
  /** The client's address, or the network that stands for it. */
  address: string;
  /** The device, if it has logged in as this account before. */
  device: string | null;
}

interface ThrottleOptions {
  /** Failures allowed in a minute, of one client and of one address. */
  attemptsPerMinute: number;
  now?: () => number;
  lateMs?: number;
}

export interface LoginThrottle {
  /**
   * Runs the login, unless there were too many failures. Only a login that rejects with
   * `INVALID_CREDENTIALS` is a failure.
   * @throws AppError `RATE_LIMITED` with `retryAfterSeconds`; whatever the login throws.
   */
  attempt<Result>(who: Attempt, login: () => Promise<Result>): Promise<Result>;
}

/**
 * Bounds guessing without letting anybody lock out somebody else. Failures are counted for each client,
 * which is a known device or else the pair of e-mail and address, and for each address, but there not for
 * clients that have logged in from it. Beyond the limit as many again are looked at, late: the right
 * password still gets through, the wrong one is told as little as one that was not looked at.
 * Held in this process's memory: of several processes each allows the limit.
 */
export function createLoginThrottle({
  attemptsPerMinute: limit,
  now,
  lateMs = LATE_MS,
}: ThrottleOptions): LoginThrottle {
  const options = {
    leakPerMinute: limit,
    restMs: REST_MS,
    capacity: REMEMBERED,
    ...(now && { now }),
  };
  const clients = createLeakyBuckets(options);
  const addresses = createLeakyBuckets(options);
  /** The pairs of e-mail and address that have logged in. */
  const known = new LRUCache<string, true>({ max: REMEMBERED });

  function tooMany(): AppError {
    return new AppError('RATE_LIMITED', 'Too many failed logins: wait a little.', {
      details: { retryAfterSeconds: Math.ceil(REST_MS / 1_000 + 60 / limit) },
    });
  }

  return {
    async attempt({ email, address, device }, login) {
      const pair = JSON.stringify([email, address]);
      const client = device === null ? pair : `device ${device}`;
      const counted = [{ buckets: clients, key: client, beyond: BEYOND_OF_CLIENT }];
      if (device === null && !known.has(pair)) {
        counted.push({ buckets: addresses, key: address, beyond: BEYOND_OF_ADDRESS });
      }
      const anyBeyond = (allowed: (beyond: number) => number) =>
        counted.some(({ buckets, key, beyond }) => buckets.level(key) + 1 > allowed(beyond));
      if (anyBeyond((beyond) => limit * (1 + beyond))) throw tooMany();
      const late = anyBeyond(() => limit);
      // Counted before it is known to fail: guesses may come all at once.
      const count = (amount: number) => {
        for (const { buckets, key } of counted) buckets.pour(key, amount);
      };
      count(1);
      try {
        if (late) await delay(lateMs);
        const result = await login();
        count(-1);
        known.set(pair, true);
        return result;
      } catch (error) {
        const failed = error instanceof AppError && error.code === 'INVALID_CREDENTIALS';
        if (!failed) count(-1);
        throw failed && late ? tooMany() : error;
      }
    },
  };
}
