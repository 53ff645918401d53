import type { SlotDoc, SlotState } from '../../../models/system/SlotModel.ts';
import type { ScheduleDefinition } from './defineSchedule.ts';
import {
  claimRecorded,
  type Look,
  lastBegunBefore,
  recordSlot,
  settle,
  waitingSlots,
} from './slotRecords.ts';
import { takeTurn } from './turn.ts';

/** What became of a slot; null when another process has it. */
export type Outcome = Exclude<SlotState, 'claimed'> | null;

/** Begins a slot that has no record yet, or one that was held. */
export async function beginSlot(
  schedule: ScheduleDefinition,
  slot: Date,
  trigger: SlotDoc['trigger'],
  look: Look,
): Promise<Outcome> {
  await schedule.begins.ready?.();
  const { name } = schedule;
  const claim =
    (await recordSlot({ schedule: name, slot, state: 'claimed', trigger }, look)) ??
    (await claimRecorded({ schedule: name, slot, state: 'held' }, { trigger }, look));
  return claim === null ? null : complete(schedule, claim);
}

/** Begins the oldest slot that waits for its turn, or that waits to begin `beside` what is open. */
export async function beginWaiting(
  schedule: ScheduleDefinition,
  look: Look,
  { beside }: { beside: boolean } = { beside: false },
): Promise<Outcome> {
  await schedule.begins.ready?.();
  const which = { schedule: schedule.name, state: 'waiting', beside } as const;
  const claim = await claimRecorded(which, {}, look);
  return claim === null ? null : complete(schedule, claim);
}

/** Completes a claim whose process has not done so in time: the id is the same, whoever begins. */
export async function completeOverdue(
  schedule: ScheduleDefinition,
  claim: SlotDoc,
): Promise<Outcome> {
  await schedule.begins.ready?.();
  return complete(schedule, claim);
}

async function complete(schedule: ScheduleDefinition, claim: SlotDoc): Promise<Outcome> {
  const { name, begins } = schedule;
  const { slot, trigger, inTurn } = claim;
  const mustTakeTurn = !claim.beside && (inTurn || schedule.overlap !== 'allow');
  if (mustTakeTurn && !(await takeTurn(schedule, slot))) {
    const waits = inTurn || (schedule.overlap === 'queue' && (await waitingSlots(name)) === 0);
    const outcome = waits ? 'waiting' : 'overlapped';
    await settle(claim, outcome);
    return outcome;
  }
  const since = await lastBegunBefore(name, slot);
  const begun = await begins.begin({ schedule: name, slot, since, trigger });
  const outcome = trigger === 'schedule' ? 'began' : 'caught-up';
  await settle(claim, outcome, 'empty' in begun ? {} : begun);
  return outcome;
}
