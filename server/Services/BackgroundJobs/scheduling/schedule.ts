import { type ScheduleDoc, ScheduleModel } from '../../../models/system/ScheduleModel.ts';

/** The schedule as the installation remembers it; made at its first start. */
export async function ensureSchedule(name: string): Promise<ScheduleDoc> {
  const now = new Date();
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

/**
 * Holds a schedule: no slot starts a run before `until`, or the release if it comes first. While a
 * new installation is being set up its slots are not owed either.
 */
export async function holdSchedule(name: string, until: Date): Promise<void> {
  await ScheduleModel.updateOne(
    { _id: name },
    { $set: { heldUntil: until }, $setOnInsert: { installedAt: until, accountedUntil: until } },
    { upsert: true },
  );
}

/** Ends a hold. A schedule first seen under the hold counts as installed now. */
export async function releaseSchedule(name: string): Promise<void> {
  const now = new Date();
  await ScheduleModel.updateOne(
    { _id: name },
    { $set: { heldUntil: null }, $min: { installedAt: now, accountedUntil: now } },
  );
}
