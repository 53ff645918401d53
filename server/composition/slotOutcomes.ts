import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import { workerName } from '../Services/BackgroundJobs/consuming/heartbeat.ts';
import { enqueue } from '../Services/BackgroundJobs/enqueue.ts';
import { heartbeatJob } from '../Services/BackgroundJobs/jobs/heartbeat/heartbeat.job.ts';
import type { CronJob } from '../Services/BackgroundJobs/scheduling/cronJob.ts';
import type { Repetition } from '../Services/BackgroundJobs/scheduling/every.ts';
import { startSlotOutcomes } from '../Services/BackgroundJobs/scheduling/slotOutcomes.ts';

const INTERVAL_MS = 15_000;

/** Follows what became of slots, and tells the receiver of heartbeats, if there is one. */
export function followSlotOutcomes(jobs: readonly CronJob[], env: Env, logger: Logger): Repetition {
  return startSlotOutcomes({
    zones: new Map(jobs.map(({ schedule }) => [schedule.name, schedule.timezone])),
    by: workerName(),
    intervalMs: INTERVAL_MS,
    log: logger,
    async onEnded({ _id, schedule, slot }, { outcome }) {
      if (env.HEARTBEAT_URL === undefined || outcome === 'cancelled') return;
      const told = outcome === 'completed' ? 'success' : 'fail';
      await enqueue(
        heartbeatJob,
        { schedule, slot: slot.toISOString(), outcome: told },
        { key: `heartbeat-${_id}` },
      );
    },
  });
}
