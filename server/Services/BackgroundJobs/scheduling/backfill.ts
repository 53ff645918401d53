import { AppError } from '../../../errors/AppError.ts';
import { DURABLE } from '../../../models/durable.ts';
import { storeTime } from '../../../models/serverFacts.ts';
import { SlotModel } from '../../../models/system/SlotModel.ts';
import type { ScheduleDefinition } from './defineSchedule.ts';
import { ensureSchedule } from './schedule.ts';
import { type Look, recordSlot, recordsOf } from './slotRecords.ts';
import { slotsBetween } from './slots.ts';
import { type Asker, change } from './stops.ts';

/** A range of slots that are to begin after the fact. */
export interface BackfillRequest {
  readonly from: Date;
  readonly to: Date;
  /** `queue`: one after another; `allow`: beside one another. The schedule's own policy plays no part. */
  readonly overlap: 'queue' | 'allow';
}

export interface Backfilled {
  /** Slots that will begin. */
  readonly slots: number;
  /** Those that had begun before, or wait already. */
  readonly already: number;
}

/** More would be a day of a schedule that fires each minute. */
const MAX_SLOTS = 1_500;

/**
 * Lets the slots of a range, its ends included, begin that never did: skipped, held or overlapped ones,
 * and those from before the schedule was installed. They are recorded here; a scheduler begins them
 * within a minute, as soon as Redis has room.
 * @throws AppError `VALIDATION_FAILED` for a range in the future, reversed, or too long.
 */
export async function backfill(
  schedule: ScheduleDefinition,
  { from, to, overlap }: BackfillRequest,
  { by, why }: Asker,
  keptMs: number,
): Promise<Backfilled> {
  const now = await storeTime();
  if (from > to || to > now) {
    throw new AppError(
      'VALIDATION_FAILED',
      `A backfill is for slots that have passed: "from" must not be after "to", nor "to" after ${now.toISOString()}.`,
    );
  }
  const slots = slotsBetween(schedule, new Date(from.getTime() - 1), to, MAX_SLOTS + 1);
  if (slots.length > MAX_SLOTS) {
    throw new AppError(
      'VALIDATION_FAILED',
      `The range has more than ${MAX_SLOTS} slots: ask for it in parts.`,
    );
  }
  const { name } = schedule;
  await ensureSchedule(name, now);
  const note = `backfill by ${by}: ${why}`;
  const waits = {
    state: 'waiting' as const,
    trigger: 'catch-up' as const,
    note,
    inTurn: overlap === 'queue',
    beside: overlap === 'allow',
  };
  const look: Look = { now, by, keptMs };
  const known = await recordsOf(
    name,
    slots.map((slot) => ({ slot })),
  );
  let begun = 0;
  for (const slot of slots) {
    const record = known.get(slot.getTime());
    const taken =
      record === undefined
        ? (await recordSlot({ schedule: name, slot, ...waits }, look)) !== null
        : await reopen(record._id, waits);
    if (taken) begun += 1;
  }
  const range = `${from.toISOString()} to ${to.toISOString()}, ${begun} slots`;
  await change(name, {}, { at: now, by, action: 'backfill', note: `${range}: ${why}` });
  return { slots: begun, already: slots.length - begun };
}

async function reopen(_id: string, waits: Record<string, unknown>): Promise<boolean> {
  const { modifiedCount } = await SlotModel.updateOne(
    { _id, state: { $in: ['skipped', 'held', 'overlapped'] }, through: null },
    { $set: waits },
    { writeConcern: DURABLE },
  );
  return modifiedCount === 1;
}
