import type { JobLog } from '../consuming/jobLog.ts';
import type { Lanes } from '../enqueuing/lanes.ts';
import type { Producer } from '../producer.ts';
import { queueJobId } from '../queues/envelope.ts';
import type { RetentionDays } from '../recording/expiry.ts';
import type { Administration } from './administration.ts';
import { createCancelJob } from './cancelling.ts';
import { createFollowRun } from './followRun.ts';
import { createQueueStats } from './queueStats.ts';
import { createRetries } from './retries.ts';
import { createRunRequests } from './runRequests.ts';
import { createRunViews, type RunViews } from './runViews.ts';
import { createWhy } from './why.ts';

interface AdministrationOptions {
  producer: Pick<Producer, 'drive' | 'requireRoom'>;
  lanes: Lanes;
  /** Those of the process, if anything else in it shows runs. */
  runViews?: RunViews;
  batchSize: number;
  retentionDays: RetentionDays;
  log: JobLog;
}

/** What an admin may ask and do, over all queues. */
export function createAdministration(options: AdministrationOptions): Administration {
  const { lanes } = options;
  const runRequests = createRunRequests({ runViews: createRunViews(), ...options });
  return {
    ...runRequests,
    followRun: createFollowRun(runRequests.getRun),
    ...createRetries(options),
    cancelJob: createCancelJob(lanes),
    ...createQueueStats(lanes),
    why: createWhy(lanes),
    async liveStates(jobs) {
      const states = new Map<string, string>();
      for (const { queue } of lanes) {
        const here = jobs.filter((job) => job.queue === queue.name);
        if (here.length === 0) continue;
        const places = await queue.places(
          here.map(({ jobId, generation }) => queueJobId(jobId, generation)),
        );
        for (const [position, { jobId }] of here.entries()) {
          states.set(jobId, places[position] ?? 'unknown');
        }
      }
      return states;
    },
  };
}
