import { enqueue } from '../../enqueue.ts';
import { serviceNoticesJob } from './serviceNotices.job.ts';

/** A job in one of these states has not looked at the services yet, so it will see the change. */
const STILL_TO_LOOK = ['scheduled', 'queued', 'delayed'];

/**
 * Has people told, at the end of this stretch of time, of all that changes within it: one job for all who ask.
 * @throws AppError as Enqueuer says.
 */
export async function tellSoon(everyMs: number): Promise<void> {
  for (let stretch = Math.floor(Date.now() / everyMs); ; stretch += 1) {
    const runAt = new Date((stretch + 1) * everyMs);
    const enqueued = await enqueue(serviceNoticesJob, {}, { key: runAt.toISOString(), runAt });
    if (enqueued.became !== 'known' || STILL_TO_LOOK.includes(enqueued.status)) return;
  }
}
