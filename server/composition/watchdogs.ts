import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import type { QueueWorker } from '../Services/BackgroundJobs/consuming/queueWorker.ts';
import { startWatchdog } from '../Services/BackgroundJobs/health/watchdog.ts';
import type { Admission } from '../Services/BackgroundJobs/queues/admission.ts';
import type { QueueManager } from '../Services/BackgroundJobs/queues/queueManager.ts';
import type { ShutdownList } from './shutdown.ts';

interface WatchdogOptions {
  env: Env;
  redis: RedisConnection;
  admission: Admission;
  logger: Logger;
  shutdown: ShutdownList;
}

/** A worker that takes nothing while work waits stops its process, for PM2 to start another. */
export function startWatchdogs(
  workers: readonly QueueWorker[],
  queues: QueueManager,
  { env, redis, admission, logger, shutdown }: WatchdogOptions,
): void {
  for (const worker of workers) {
    const queue = queues.queue(worker.queue);
    const watchdog = startWatchdog({
      queue: worker.queue,
      look: async () =>
        redis.status === 'ready' && admission.refusal() === null
          ? { takeable: await queue.hasTakeableJob(), ...worker.activity() }
          : null,
      limitMs: env.WORKER_STUCK_MS,
      log: logger,
      onStuck: () => process.kill(process.pid, 'SIGTERM'),
    });
    shutdown.add('watchdog', async () => watchdog.stop());
  }
}
