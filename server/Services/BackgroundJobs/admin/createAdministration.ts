import type { JobLog } from '../consuming/jobLog.ts';
import type { Producer } from '../producer.ts';
import type { JobQueue } from '../queue.ts';
import { queueJobId } from '../queues/envelope.ts';
import type { Outbox } from '../runs/outbox.ts';
import type { Administration } from './administration.ts';
import { createFollowRun } from './followRun.ts';
import { createQueueStats } from './queueStats.ts';
import { createRetries } from './retries.ts';
import { createRunRequests } from './runRequests.ts';
import { createWhy } from './why.ts';

interface AdministrationOptions {
  producer: Pick<Producer, 'drive' | 'requireRoom'>;
  queue: JobQueue;
  outbox: Outbox;
  batchSize: number;
  retentionDays: number;
  log: JobLog;
}

/** What an admin may ask and do, over the user-data queue. */
export function createAdministration(options: AdministrationOptions): Administration {
  const { queue } = options;
  const runRequests = createRunRequests(options);
  return {
    ...runRequests,
    followRun: createFollowRun(runRequests),
    ...createRetries(options),
    queueStats: createQueueStats(queue),
    why: createWhy(queue),
    async liveStates(jobs) {
      const ours = jobs.filter((job) => job.queue === queue.name);
      const places = await queue.places(
        ours.map(({ jobId, generation }) => queueJobId(jobId, generation)),
      );
      return new Map(ours.map(({ jobId }, position) => [jobId, places[position] ?? 'unknown']));
    },
  };
}
