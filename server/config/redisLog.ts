import { Cluster, type Redis } from 'ioredis';
import type { RedisUse } from './redisOptions.ts';
import { HUNG_UP } from './redisRefusals.ts';
import { onNodeReady } from './redisStates.ts';

export interface ConnectionLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

interface StateLogOptions {
  use: RedisUse;
  log: ConnectionLog;
  /** Which setting makes Redis refuse for this reason, in a sentence; null if none does. */
  refusalOf: (reason: string) => string | null;
}

/**
 * Logs each change of state once, with the number of attempts when it is over, and each reason once
 * until the connection is ready again.
 */
export function logStateChanges(redis: Redis | Cluster, options: StateLogOptions): void {
  const { use, log, refusalOf } = options;
  let attempts = 0;
  let isOpen = false;
  const told = new Set<string>();
  const tell = (reason: string) => {
    const refusal = refusalOf(reason);
    // Redis words one refusal in several ways, by the command that met it.
    if (told.has(refusal ?? reason)) return;
    told.add(refusal ?? reason);
    if (refusal === null) log.warn('Redis connection error', { use, reason });
    else log.warn(`Redis refuses the connection: ${refusal}`, { use, reason });
  };
  redis.on('error', (error: Error) => {
    isOpen = false;
    tell(reasonOf(error));
  });
  // What one sentinel answers: of all of them ioredis only says that none was of use.
  redis.on('sentinelError', (error: Error) => {
    if (refusalOf(error.message) !== null) tell(error.message);
  });
  redis.on('connect', () => {
    isOpen = true;
  });
  redis.on('close', () => {
    if (isOpen && refusalOf(HUNG_UP) !== null) tell(HUNG_UP);
    else if (attempts === 0) log.warn('Redis connection closed', { use });
    isOpen = false;
  });
  redis.on('reconnecting', (delayMs?: number) => {
    attempts += 1;
    if (attempts === 1) log.warn(`Redis retry attempt ${attempts}`, { use, delayMs });
  });
  redis.on('ready', () => {
    log.info('Redis connection ready', { use, failedAttempts: attempts });
    attempts = 0;
    isOpen = false;
    told.clear();
  });
  if (redis instanceof Cluster) logNodes(redis, use, log);
}

/** A Cluster stays ready while one of its nodes is away. */
function logNodes(cluster: Cluster, use: RedisUse, log: ConnectionLog): void {
  const failures = new Map<string, number>();
  cluster.on('node error', (error: Error, node: string) => {
    const before = failures.get(node) ?? 0;
    failures.set(node, before + 1);
    if (before === 0) log.warn('Redis connection error', { use, node, reason: reasonOf(error) });
  });
  onNodeReady(cluster, (node) => {
    const failedAttempts = failures.get(node);
    if (failures.delete(node)) log.info('Redis connection ready', { use, node, failedAttempts });
  });
}

/**
 * What is wrong, in Redis' or the network's own words, and never nothing: a Cluster's error has them
 * inside, and so has the one of a host of several addresses, which has no message of its own.
 */
export function reasonOf(error: Error): string {
  const node: unknown = 'lastNodeError' in error ? error.lastNodeError : undefined;
  if (node instanceof Error) return `${error.message} ${reasonOf(node)}`;
  if (error.message !== '') return error.message;
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const reasons = inner.flatMap((each) => (each instanceof Error ? [reasonOf(each)] : []));
  if (reasons.length > 0) return reasons.join(', ');
  return 'code' in error ? String(error.code) : error.name;
}
