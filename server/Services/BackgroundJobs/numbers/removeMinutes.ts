import { NumbersModel } from '../../../models/system/NumbersModel.ts';
import { addDays, HOUR_MS, startOf } from './counted.ts';
import { oldestMinute, readMark } from './fold.ts';

const MINUTES_KEPT_DAYS = 30;
/** Hours whose minutes are removed by one call: with one call an hour, a month of a standstill in four. */
const HOURS_AT_A_TIME = 200;

interface Removing {
  now: Date;
  signal?: Pick<AbortSignal, 'throwIfAborted'>;
}

/**
 * Removes the minutes of a month ago and before, an hour of them in each step, where hours stand for them. May be
 * repeated, by two at once, and break off anywhere.
 * @returns how many documents went, and whether some are left for the next call.
 */
export async function removeMinutes({
  now,
  signal,
}: Removing): Promise<{ removed: number; more: boolean }> {
  const { hoursUpTo } = await readMark();
  // The last hour that was folded is folded again.
  const folded = hoursUpTo.getTime() - HOUR_MS;
  const end = new Date(
    Math.min(startOf('hour', addDays(now, -MINUTES_KEPT_DAYS)).getTime(), folded),
  );
  let removed = 0;
  for (let step = 0; step < HOURS_AT_A_TIME; step += 1) {
    signal?.throwIfAborted();
    const oldest = await oldestMinute();
    if (oldest === null || oldest >= end) return { removed, more: false };
    const from = startOf('hour', oldest);
    const within = { $gte: from, $lt: new Date(from.getTime() + HOUR_MS) };
    const { deletedCount } = await NumbersModel.deleteMany({ grain: 'minute', at: within });
    removed += deletedCount;
  }
  return { removed, more: true };
}
