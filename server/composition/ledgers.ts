import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import { horizonOf } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import type { Lanes } from '../Services/BackgroundJobs/enqueuing/lanes.ts';
import { endAbandonedBatches } from '../Services/BackgroundJobs/jobScheduler.ts';
import type { Producer } from '../Services/BackgroundJobs/producer.ts';
import type { Admission } from '../Services/BackgroundJobs/queues/admission.ts';
import { createAlarms } from '../Services/BackgroundJobs/reconciling/alarms.ts';
import { startKeeper } from '../Services/BackgroundJobs/reconciling/keeper.ts';
import type { RetentionDays } from '../Services/BackgroundJobs/recording/expiry.ts';

interface Kept {
  lanes: Lanes;
  redis: RedisConnection | null;
  admission: Admission | undefined;
  producer: Producer;
  batchSize: number;
  retentionDays: RetentionDays;
  log: Logger;
}

/** Starts what keeps the ledgers whole: reconciliation, and the end of what was left without one. */
export function keepLedgers(env: Env, { redis, admission, producer, ...common }: Kept) {
  return startKeeper({
    reconciliation:
      redis === null
        ? null
        : {
            ...common,
            graceMs: env.RECONCILE_GRACE_MS,
            alarms: createAlarms(redis, env.QUEUE_PREFIX, admission),
          },
    reconcileIntervalMs: env.RECONCILE_INTERVAL_MS,
    horizonMs: horizonOf(env),
    timetable: { expression: env.USER_DATA_SCHEDULE, timezone: env.TIMEZONE },
    retentionDays: common.retentionDays,
    async resume() {
      await producer.resumeAbandoned();
      await endAbandonedBatches(common.retentionDays);
    },
    resumeStopped: producer.resumeStopped,
    log: common.log,
  });
}
