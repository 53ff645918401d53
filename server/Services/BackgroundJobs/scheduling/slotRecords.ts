import { DURABLE } from '../../../models/durable.ts';
import { retryLostRaces } from '../../../models/lostRaces.ts';
import { isDuplicateKey } from '../../../models/mongoErrors.ts';
import { type SlotDoc, SlotModel, type SlotState } from '../../../models/system/SlotModel.ts';

/** In whose name, and by which clock, slots are looked at. */
export interface Look {
  readonly now: Date;
  /** The process, for the record. */
  readonly by: string;
  /** How long a slot's record is kept: longer than any catch-up reaches, and than a job's record. */
  readonly keptMs: number;
}

const CLAIMS_AT_ONCE = 50;

type Opening = Pick<SlotDoc, 'schedule' | 'slot' | 'state'> &
  Partial<Pick<SlotDoc, 'trigger' | 'inTurn' | 'beside' | 'through' | 'note'>>;

/** The records of these slots, by the slot's time. */
export async function recordsOf(
  schedule: string,
  slots: readonly Pick<SlotDoc, 'slot'>[],
): Promise<Map<number, SlotDoc>> {
  if (slots.length === 0) return new Map();
  const ids = slots.map(({ slot }) => idOf(schedule, slot));
  const records = await SlotModel.find({ _id: { $in: ids } }).lean<SlotDoc[]>();
  return new Map(records.map((record) => [record.slot.getTime(), record]));
}

/**
 * Records a slot. The unique id lets one process do so.
 * @returns the record, or null when the slot has one already.
 */
export async function recordSlot(opening: Opening, look: Look): Promise<SlotDoc | null> {
  const claimed = opening.state === 'claimed';
  const record = new SlotModel({
    _id: idOf(opening.schedule, opening.slot),
    trigger: 'schedule',
    inTurn: false,
    ...opening,
    claimedAt: claimed ? look.now : null,
    claimedBy: claimed ? look.by : null,
    recordedAt: look.now,
    expiresAt: new Date(look.now.getTime() + look.keptMs),
  });
  try {
    await retryLostRaces(() => record.save({ w: DURABLE.w, j: DURABLE.journal }));
    return record.toObject();
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}

/**
 * Claims the oldest of these slots that is in this state, by one process alone.
 * @returns the claimed record; null when there is none.
 */
export async function claimRecorded(
  which: Pick<SlotDoc, 'schedule'> & { state: 'held' | 'waiting'; slot?: Date; beside?: boolean },
  change: Partial<Pick<SlotDoc, 'trigger'>>,
  { now, by }: Look,
): Promise<SlotDoc | null> {
  return SlotModel.findOneAndUpdate(
    which,
    { $set: { state: 'claimed', claimedAt: now, claimedBy: by, ...change } },
    { sort: { slot: 1 }, returnDocument: 'after', lean: true, writeConcern: DURABLE },
  );
}

/** Says what became of a claimed slot; one that is claimed no more stays as it is. */
export async function settle(
  { _id }: Pick<SlotDoc, '_id'>,
  state: Exclude<SlotState, 'claimed'>,
  began: Partial<Pick<SlotDoc, 'runId' | 'jobId'>> = {},
): Promise<void> {
  await SlotModel.updateOne(
    { _id, state: 'claimed' },
    { $set: { state, ...began } },
    { writeConcern: DURABLE },
  );
}

/** The slots that a process has claimed and that are not settled, oldest first. */
export async function openClaims(schedule: string): Promise<SlotDoc[]> {
  return SlotModel.find({ schedule, state: 'claimed' })
    .sort({ slot: 1 })
    .limit(CLAIMS_AT_ONCE)
    .lean<SlotDoc[]>();
}

/** How many slots of the schedule wait: for their turn, or to begin `beside` what is open. */
export async function waitingSlots(
  schedule: string,
  { beside }: Pick<SlotDoc, 'beside'> = { beside: false },
): Promise<number> {
  return SlotModel.countDocuments({ schedule, state: 'waiting', beside });
}

/** The last slot before this one that began something. */
export async function lastBegunBefore(schedule: string, slot: Date): Promise<Date | null> {
  const last = await SlotModel.findOne(
    { schedule, slot: { $lt: slot }, state: { $in: ['began', 'caught-up'] } },
    { slot: 1 },
  )
    .sort({ slot: -1 })
    .lean();
  return last?.slot ?? null;
}

function idOf(schedule: string, slot: Date): string {
  return `${schedule}@${slot.toISOString()}`;
}
