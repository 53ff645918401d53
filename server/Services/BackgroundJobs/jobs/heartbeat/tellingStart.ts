import type { JobLog } from '../../consuming/jobLog.ts';
import type { Enqueuer } from '../../enqueuing/enqueuer.ts';
import type { ScheduleDefinition } from '../../scheduling/defineSchedule.ts';
import { heartbeatJob } from './heartbeat.job.ts';

/**
 * The same schedule, which tells the receiver of heartbeats when a slot has begun something: a job that
 * hangs is heard of there by the time it should have ended. A failure to do so fails nothing.
 */
export function tellingStart(
  schedule: ScheduleDefinition,
  { enqueuer, log }: { enqueuer: Pick<Enqueuer, 'enqueue'>; log: JobLog },
): ScheduleDefinition {
  const { begins, name } = schedule;
  return {
    ...schedule,
    begins: {
      ...begins,
      async begin(toBegin) {
        const begun = await begins.begin(toBegin);
        if ('empty' in begun) return begun;
        const slot = toBegin.slot.toISOString();
        await enqueuer
          .enqueue(
            heartbeatJob,
            { schedule: name, slot, outcome: 'start' },
            { key: `heartbeat-start-${name}@${slot}` },
          )
          .catch((error: unknown) => {
            log.warn('The receiver of heartbeats is not told that a slot began', {
              schedule: name,
              slot,
              error,
            });
          });
        return begun;
      },
    },
  };
}
