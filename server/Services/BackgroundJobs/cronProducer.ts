import type { RedisConnection } from '../../config/queueRedisConn.ts';
import type { Timetable } from '../../config/timetable.ts';
import type { JobLog } from './consuming/jobLog.ts';
import { USER_DATA } from './jobs/userData/userData.job.ts';
import { userDataInputOf } from './jobs/userData/userData.source.ts';
import type { Producer } from './producer.ts';
import { openSlotRun } from './runs/ledger.ts';
import { type SlotClock, startSlotClock } from './scheduling/slotClock.ts';

/** The hourly schedule, whichever of the two modes does its work. */
export const USER_DATA_SCHEDULE = 'user-data-hourly';

interface CronProducerOptions {
  producer: Pick<Producer, 'drive' | 'requireRoom'>;
  timetable: Timetable;
  policy: 'skip' | 'latest';
  election: { redis: RedisConnection; prefix: string };
  batchSize: number;
  catchUpIntervalMs: number;
  log: JobLog;
}

/** At each slot one of the API processes opens a run and enqueues its users. It only enqueues. */
export function startCronProducer(options: CronProducerOptions): SlotClock {
  const { producer, batchSize, log } = options;
  return startSlotClock({
    ...options,
    schedule: USER_DATA_SCHEDULE,
    async beginRun(slot, trigger) {
      await producer.requireRoom();
      const run = await openSlotRun({
        kind: USER_DATA,
        input: userDataInputOf({}, slot),
        schedule: USER_DATA_SCHEDULE,
        slot,
        trigger,
        mode: 'queue',
        batchSize,
      });
      if (run === null) return null;
      log.info('Run begun', { runId: run._id, trigger });
      producer.drive(run._id);
      return { runId: run._id };
    },
  });
}
