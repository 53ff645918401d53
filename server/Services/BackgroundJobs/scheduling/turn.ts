import { DURABLE } from '../../../models/durable.ts';
import { ScheduleModel } from '../../../models/system/ScheduleModel.ts';
import type { SlotDoc } from '../../../models/system/SlotModel.ts';
import type { ScheduleDefinition } from './defineSchedule.ts';
import { recordsOf } from './slotRecords.ts';

/**
 * Makes a slot the schedule's current one, if nothing that an earlier one began is open.
 * @returns whether it is the current one now; of several processes and slots, one succeeds.
 */
export async function takeTurn(schedule: ScheduleDefinition, slot: Date): Promise<boolean> {
  if (await replaceCurrent(schedule.name, [null, slot], slot)) return true;
  const current = await freeTurn(schedule);
  return current === null && replaceCurrent(schedule.name, [null], slot);
}

/**
 * Takes an ended slot's turn away, so that a retry of its jobs by hand does not open it again.
 * @returns the current slot if it is open, else null.
 */
export async function freeTurn(schedule: ScheduleDefinition): Promise<Date | null> {
  const known = await ScheduleModel.findById(schedule.name, { currentSlot: 1 }).lean();
  const current = known?.currentSlot ?? null;
  if (current === null) return null;
  const record = (await recordsOf(schedule.name, [{ slot: current }])).get(current.getTime());
  if (record !== undefined && (await isOpen(schedule, record))) return current;
  await replaceCurrent(schedule.name, [current], null);
  return null;
}

async function isOpen({ begins }: ScheduleDefinition, record: SlotDoc): Promise<boolean> {
  // Its begin is under way. If its process has died, the claim is completed before long.
  if (record.state === 'claimed') return true;
  if (record.runId !== null) return begins.isOpen({ runId: record.runId });
  return record.jobId !== null && begins.isOpen({ jobId: record.jobId });
}

async function replaceCurrent(
  name: string,
  from: readonly (Date | null)[],
  to: Date | null,
): Promise<boolean> {
  const { matchedCount } = await ScheduleModel.updateOne(
    { _id: name, currentSlot: { $in: [...from] } },
    { $set: { currentSlot: to } },
    { writeConcern: DURABLE },
  );
  return matchedCount === 1;
}
