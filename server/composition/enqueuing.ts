import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import { onBack } from '../config/redisStates.ts';
import { provideEnqueuer } from '../Services/BackgroundJobs/enqueue.ts';
import {
  createEnqueuer,
  type Enqueuer,
  horizonOf,
} from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { type Lanes, laneSettings, openLanes } from '../Services/BackgroundJobs/enqueuing/lanes.ts';
import { provideNoticeWebhooks } from '../Services/BackgroundJobs/notifying/notify.ts';
import type { Admission } from '../Services/BackgroundJobs/queues/admission.ts';
import type { JobKind } from '../Services/BackgroundJobs/queues/jobDefinition.ts';
import type { QueueManager } from '../Services/BackgroundJobs/queues/queueManager.ts';

interface EnqueuingParts {
  kinds: readonly JobKind[];
  queues: QueueManager;
  /** Null when it is not configured. */
  redis: RedisConnection | null;
  admission: Admission | undefined;
}

/**
 * Lets `enqueue` and `enqueueMany` put jobs in from anywhere in this process, until `forget`. What Redis
 * refused is handed over again whenever it is back, or may be used again. Notices go to the webhooks that are set.
 */
export function startEnqueuing(
  env: Env,
  { kinds, queues, redis, admission }: EnqueuingParts,
  log: Logger,
): { lanes: Lanes; enqueuer: Enqueuer; forget: () => Promise<void> } {
  const lanes = openLanes(queues, laneSettings(env, kinds));
  const redisIsBack = () => handOverRefused(env, lanes, log);
  if (redis !== null) onBack(redis, redisIsBack);
  admission?.onAdmitted(redisIsBack);
  const enqueuer = createEnqueuer({
    lanes,
    batchSize: env.USER_BATCH_SIZE,
    horizonMs: horizonOf(env),
    log,
  });
  const forget = provideEnqueuer(enqueuer);
  provideNoticeWebhooks(env);
  return { lanes, enqueuer, forget: async () => forget() };
}

function handOverRefused(env: Env, lanes: Lanes, log: Logger): void {
  for (const { outbox } of lanes) {
    outbox.enqueueRefused(env.USER_BATCH_SIZE).catch((error: unknown) => {
      log.debug('What Redis had refused is left to the reconciler', { error });
    });
  }
}
