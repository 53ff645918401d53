import { storeTime } from '../../../models/serverFacts.ts';
import {
  type HoldNote,
  type ScheduleDoc,
  ScheduleModel,
} from '../../../models/system/ScheduleModel.ts';

/**
 * How the names of schedules begin that documents have, one each and any number of them: HTTP jobs, which are
 * listed with those.
 */
export const OF_DOCUMENTS = 'http-job-';

/** The schedule as the installation remembers it; made when it is first seen, at `now`. */
export async function ensureSchedule(name: string, now = new Date()): Promise<ScheduleDoc> {
  const schedule = await ScheduleModel.findOneAndUpdate(
    { _id: name },
    { $setOnInsert: { installedAt: now, accountedUntil: now, heldUntil: null } },
    { upsert: true, returnDocument: 'after', lean: true },
  );
  if (schedule === null) throw new Error(`The schedule ${name} was neither found nor made.`);
  return schedule;
}

/** Says that every slot up to this instant is accounted for; never goes back. */
export async function accountUntil(name: string, instant: Date): Promise<void> {
  await ScheduleModel.updateOne({ _id: name }, { $max: { accountedUntil: instant } });
}

/** Says that no scheduler runs a schedule from `now` on: it has no timetable, and slots of before are not owed. */
export async function switchOff(name: string, now: Date): Promise<void> {
  await ensureSchedule(name, now);
  await ScheduleModel.updateOne(
    { _id: name },
    { $max: { accountedUntil: now }, $set: { expression: null, timezone: null } },
  );
}

/**
 * Holds a schedule: no slot begins anything before `until`, or the release if it comes first. A
 * slot that falls due meanwhile is recorded as held, and missed when the hold ends. While a new
 * installation is being set up its slots are not owed.
 */
export async function holdSchedule(name: string, until: Date, note?: HoldNote): Promise<void> {
  await ScheduleModel.updateOne(
    { _id: name },
    {
      $set: { heldUntil: until, hold: note ?? null },
      $setOnInsert: { installedAt: until, accountedUntil: until },
    },
    { upsert: true },
  );
}

/** Ends a hold. A schedule first seen under the hold counts as installed now. */
export async function releaseSchedule(name: string): Promise<void> {
  const now = await storeTime();
  await ScheduleModel.updateOne(
    { _id: name },
    {
      $set: { heldUntil: null, hold: null },
      $min: { installedAt: now, accountedUntil: now },
    },
  );
}
