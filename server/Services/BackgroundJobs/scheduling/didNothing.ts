import { DateTime } from 'luxon';
import { type SlotDoc, SlotModel } from '../../../models/system/SlotModel.ts';
import { recordsOf } from './slotRecords.ts';

/** How many slots before must have had effects, so that one without any is worth telling. */
const COMPARED = 4;
/** How many days back they are looked for: some may have been skipped or held. */
const DAYS_BACK = 10;
/** A schedule that fires less often than this is compared slot by slot. */
const DAILY_MS = 20 * 3_600_000;

type Known = Pick<SlotDoc, 'schedule' | 'slot'>;

/**
 * The effects of the four slots that compare with this one, newest first: those of the same time of day in
 * the schedule's zone, or simply the last four where it fires no more than once a day. What is quiet
 * at its hour has none there, and so nothing has to be configured.
 */
export async function comparableEffects(slot: Known, zone: string): Promise<number[]> {
  const previous = await SlotModel.find({
    schedule: slot.schedule,
    slot: { $lt: slot.slot },
    outcome: 'completed',
  })
    .sort({ slot: -1 })
    .limit(COMPARED)
    .lean<SlotDoc[]>();
  const times = [slot, ...previous].map(({ slot: at }) => at.getTime());
  const isRare = times.slice(1).every((at, newer) => (times[newer] ?? 0) - at >= DAILY_MS);
  return (isRare ? previous : await sameHour(slot, zone)).map(({ effects }) => effects ?? 0);
}

/** Whether a slot that completed with no effect should have had some. */
export function isSuspicious(effects: number, comparable: readonly number[]): boolean {
  return effects === 0 && comparable.length === COMPARED && comparable.every((each) => each > 0);
}

async function sameHour({ schedule, slot }: Known, zone: string): Promise<SlotDoc[]> {
  const local = DateTime.fromJSDate(slot, { zone });
  const before = Array.from({ length: DAYS_BACK }, (_, day) => ({
    slot: local.minus({ days: day + 1 }).toJSDate(),
  }));
  const records = await recordsOf(schedule, before);
  return before
    .flatMap(({ slot: at }) => records.get(at.getTime()) ?? [])
    .filter(({ outcome }) => outcome === 'completed')
    .slice(0, COMPARED);
}
