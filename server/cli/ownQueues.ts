import type { Env } from '../config/env.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import { createEnqueuer, horizonOf } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { laneSettings, openLanes } from '../Services/BackgroundJobs/enqueuing/lanes.ts';
import { catalogue } from '../Services/BackgroundJobs/queues/catalogue.ts';
import { openQueues } from '../Services/BackgroundJobs/queues/queueManager.ts';
import { retentionOf } from '../Services/BackgroundJobs/recording/expiry.ts';

/** What a command says it says itself. */
export const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** This installation's queues, and what puts jobs in; without Redis nothing is put in from here. */
export function openOwnQueues(env: Env, redis: RedisConnection | null) {
  const kinds = catalogue.map(({ definition }) => definition);
  const queues = openQueues(kinds, env, redis);
  const lanes = openLanes(queues, laneSettings(env, kinds));
  const enqueuer = createEnqueuer({
    lanes,
    batchSize: env.USER_BATCH_SIZE,
    horizonMs: horizonOf(env),
    log: SILENT,
  });
  const retentionDays = retentionOf(kinds, env.JOB_STATUS_RETENTION_DAYS);
  return { queues, lanes, enqueuer, retentionDays };
}
