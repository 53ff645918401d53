import type { SlotDoc } from '../../../models/system/SlotModel.ts';
import { beginSlot } from './beginSlot.ts';
import type { ScheduleDefinition } from './defineSchedule.ts';
import type { Due, DueSlot } from './dueSlots.ts';
import { type Look, recordSlot } from './slotRecords.ts';
import type { Tally } from './tally.ts';

/** How late a slot may be and still be on time: a process may be busy. */
const PROMPT_MS = 5_000;
/** How late the newest slot may be and still be on time: a restart or a failover must not make it a missed one. */
const NEWEST_PROMPT_MS = 60_000;

/** The slots that are due and not settled, oldest first. */
interface Unsettled {
  prompt: DueSlot[];
  missed: DueSlot[];
}

/** Tells slots that are on time from missed ones. A slot that fell into a hold is missed. */
export function sortDue(
  due: readonly DueSlot[],
  records: ReadonlyMap<number, SlotDoc>,
  now: Date,
): Unsettled {
  const sorted: Unsettled = { prompt: [], missed: [] };
  for (const each of due) {
    const record = records.get(each.slot.getTime());
    if (record !== undefined && record.state !== 'held') continue;
    const late = now.getTime() - each.dueAt.getTime();
    const allowed = each === due.at(-1) ? NEWEST_PROMPT_MS : PROMPT_MS;
    (record === undefined && late <= allowed ? sorted.prompt : sorted.missed).push(each);
  }
  return sorted;
}

/** Does with missed slots what the schedule says, and records those that it passes over. */
export async function catchUp(
  schedule: ScheduleDefinition,
  missed: readonly DueSlot[],
  { due, before }: Due,
  { look, tally }: { look: Look; tally: Tally },
): Promise<void> {
  const { name, catchUp: policy } = schedule;
  const newest = missed.at(-1);
  if (policy === 'latest' && newest !== undefined && newest === due.at(-1)) {
    tally.count(await beginSlot(schedule, newest.slot, 'catch-up', look));
  }
  const since = typeof policy === 'object' ? look.now.getTime() - policy.allWithinMs : Infinity;
  const passedOver = { schedule: name, state: 'skipped', trigger: 'catch-up' } as const;
  for (const { slot } of missed) {
    const inTurn = slot.getTime() >= since;
    const recorded = inTurn
      ? await letWait(name, slot, look)
      : await recordSlot({ ...passedOver, slot }, look);
    // Without a record of ours another process has begun it meanwhile, or it was held.
    if (recorded !== null) tally.count(inTurn ? 'waiting' : 'skipped');
  }
  if (before === null) return;
  await recordSlot({ ...passedOver, slot: before.first, through: before.last }, look);
}

function letWait(schedule: string, slot: Date, look: Look): Promise<SlotDoc | null> {
  return recordSlot({ schedule, slot, state: 'waiting', trigger: 'catch-up', inTurn: true }, look);
}
