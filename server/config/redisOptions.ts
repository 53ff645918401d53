import type { RedisOptions as AllRedisOptions } from 'ioredis';
import type { Env } from './env.ts';
import { PatientSentinelConnector } from './sentinelConnector.ts';

/** ioredis' constructor and its own options disagree on this one's type. */
export type RedisOptions = Omit<AllRedisOptions, 'replyMapping'>;

/**
 * `producer`: a command fails at once while Redis is away, and within the command timeout when it
 * does not answer; what failed is never sent later. `worker`: waits for Redis for ever.
 */
export type RedisUse = 'producer' | 'worker';

const CONNECT_MS = 2_000;
const LONGEST_RETRY_MS: Record<RedisUse, number> = { producer: 2_000, worker: 1_000 };
const SENTINEL_RETRY_MS = 500;
/** A frozen sentinel accepts connections and answers nothing. */
const SENTINEL_ANSWER_MS = 1_000;
/** A node that hangs closes no connection: only asking the others shows who has its place. */
const SLOTS_REFRESH_MS = 2_000;
const NODE_RETRY_MS = 100;
/** A connection counts as broken after this many command timeouts without an answer: when its host is gone or
 * packets are dropped, nothing else tells for a quarter of an hour. */
const SILENT_COMMAND_TIMEOUTS = 3;
/** Well above the longest wait between two of them. */
const REFUSALS_FORGOTTEN_MS = 5_000;
/** Longer than BullMQ lets a worker wait for a job in one command: 10 s. */
const WORKER_SILENCE_MS = 12_000;
/** Loading may end long before Redis thinks. */
const LOADING_LOOK_MS = 500;

/** After so many failures in a row it is waited so long for the next try. */
function retryDelay(use: RedisUse): (failures: number) => number {
  return (failures) => Math.min(failures * 50, LONGEST_RETRY_MS[use]);
}

/** What one server's connection and Sentinel's have in common. */
export function commandOptions(
  use: RedisUse,
  { REDIS_COMMAND_TIMEOUT_MS }: Pick<Env, 'REDIS_COMMAND_TIMEOUT_MS'>,
): RedisOptions {
  const common = {
    connectTimeout: CONNECT_MS,
    maxLoadingRetryTime: LOADING_LOOK_MS,
    socketTimeout: silenceOf(use, REDIS_COMMAND_TIMEOUT_MS),
  };
  if (use === 'worker') {
    return { ...common, ...untilMaster(), maxRetriesPerRequest: null };
  }
  return {
    ...common,
    retryStrategy: retryDelay(use),
    reconnectOnError: isReadOnly,
    enableOfflineQueue: false,
    // A command in flight when the connection breaks must not be sent again behind our back.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: REDIS_COMMAND_TIMEOUT_MS,
  };
}

/**
 * Reconnects when a server answers READONLY, and sends the command again: an outcome that the old
 * master refused is no failed attempt. One that stays a replica is ready again at once each time: its
 * refusals are counted, so that it is asked less and less often.
 */
function untilMaster(): Pick<RedisOptions, 'retryStrategy' | 'reconnectOnError'> {
  const delay = retryDelay('worker');
  let refusals = 0;
  let refusedAt = 0;
  const recently = () => Date.now() - refusedAt < REFUSALS_FORGOTTEN_MS;
  return {
    retryStrategy: (failures) => delay(recently() ? Math.max(failures, refusals) : failures),
    reconnectOnError(error) {
      if (!isReadOnly(error)) return false;
      refusals = recently() ? refusals + 1 : 1;
      refusedAt = Date.now();
      return 2;
    },
  };
}

function silenceOf(use: RedisUse, commandTimeoutMs: number): number {
  return use === 'worker' ? WORKER_SILENCE_MS : SILENT_COMMAND_TIMEOUTS * commandTimeoutMs;
}

/**
 * After a failover the old master answers READONLY: only a new connection finds the new one. Before
 * Redis 7 a script's refusal stands within the script's own error.
 */
function isReadOnly(error: Error): boolean {
  return /(?:^|: -)READONLY /.test(error.message);
}

/** How the master is asked for, and a new one noticed while the old one keeps its connections. */
export const SENTINEL_OPTIONS = {
  // Always the same, so that its message is.
  sentinelRetryStrategy: () => SENTINEL_RETRY_MS,
  sentinelCommandTimeout: SENTINEL_ANSWER_MS,
  failoverDetector: true,
  Connector: PatientSentinelConnector,
} satisfies RedisOptions;

/**
 * A Cluster sends a command again by itself when its node is gone. Workers want that without end;
 * of a producer's commands only those come again that a node has refused as not its own.
 */
export function clusterOptions(
  use: RedisUse,
  credentials: RedisOptions,
  { REDIS_COMMAND_TIMEOUT_MS }: Pick<Env, 'REDIS_COMMAND_TIMEOUT_MS'>,
) {
  const common = {
    clusterRetryStrategy: retryDelay(use),
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    // A certificate is made out for the name, not for the address that stands behind it.
    ...(credentials.tls === undefined ? {} : { dnsLookup: asItIs }),
  };
  if (use === 'worker') {
    return {
      ...common,
      maxRedirections: Number.POSITIVE_INFINITY,
      retryDelayOnMoved: NODE_RETRY_MS,
      retryDelayOnFailover: NODE_RETRY_MS,
      retryDelayOnClusterDown: NODE_RETRY_MS,
      redisOptions: {
        ...credentials,
        connectTimeout: CONNECT_MS,
        maxRetriesPerRequest: null,
        socketTimeout: WORKER_SILENCE_MS,
      },
    };
  }
  return {
    ...common,
    enableOfflineQueue: false,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    redisOptions: {
      ...credentials,
      maxRetriesPerRequest: 0,
      commandTimeout: REDIS_COMMAND_TIMEOUT_MS,
      socketTimeout: silenceOf(use, REDIS_COMMAND_TIMEOUT_MS),
      // A node's own queue holds the command that opens its connection: no longer than it may take.
      connectTimeout: REDIS_COMMAND_TIMEOUT_MS,
    },
  };
}

function asItIs(host: string, found: (error: null, address: string) => void): void {
  found(null, host);
}
