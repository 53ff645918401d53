import { Cluster, type Redis } from 'ioredis';
import type { RedisUse } from './redisOptions.ts';
import { onNodeReady } from './redisStates.ts';

export interface ConnectionLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

/** Logs each change of state once, with the number of attempts when it is over. */
export function logStateChanges(redis: Redis | Cluster, use: RedisUse, log: ConnectionLog): void {
  let attempts = 0;
  let lastReason = '';
  redis.on('error', (error: Error) => {
    const reason = reasonOf(error);
    if (reason === lastReason) return;
    lastReason = reason;
    log.warn('Redis connection error', { use, reason });
  });
  redis.on('close', () => {
    if (attempts === 0) log.warn('Redis connection closed', { use });
  });
  redis.on('reconnecting', (delayMs?: number) => {
    attempts += 1;
    if (attempts === 1) log.warn(`Redis retry attempt ${attempts}`, { use, delayMs });
  });
  redis.on('ready', () => {
    log.info('Redis connection ready', { use, failedAttempts: attempts });
    attempts = 0;
    lastReason = '';
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
