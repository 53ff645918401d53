import type { Timetable } from '../../../config/timetable.ts';
import { MissedSlotModel } from '../../../models/system/MissedSlotModel.ts';
import { type RunDoc, RunModel } from '../../../models/system/RunModel.ts';
import { accountUntil, ensureSchedule } from './schedule.ts';
import { slotsBetween } from './slots.ts';

interface CatchUpOptions {
  schedule: string;
  timetable: Timetable;
  policy: 'skip' | 'latest';
  /** Begins the run of a slot; null when the slot has one. */
  beginRun: (slot: Date) => Promise<{ runId: string } | null>;
}

/** A tick has this long to begin its run before its slot counts as missed. */
const TICK_TOLERANCE_MS = 5_000;
/** Of a longer silence only the newest slots are recorded. */
const MAX_SLOTS = 200;
const KEPT_MS = 30 * 86_400_000;

export interface CaughtUp {
  skipped: number;
  caughtUp: number;
}

/**
 * Looks for slots since the last one accounted for that no run has, records them, and under the
 * policy `latest` begins the newest one's run. Any process may do it at any time: the ledger's
 * unique index lets each slot begin once.
 */
export async function catchUp(options: CatchUpOptions, now = new Date()): Promise<CaughtUp> {
  const { schedule, timetable, policy, beginRun } = options;
  const state = await ensureSchedule(schedule);
  const done: CaughtUp = { skipped: 0, caughtUp: 0 };
  if (state.heldUntil !== null && state.heldUntil > now) return done;
  const until = new Date(now.getTime() - TICK_TOLERANCE_MS);
  const slots = slotsBetween(timetable, state.accountedUntil, until, MAX_SLOTS);
  const last = slots.at(-1);
  if (last === undefined) return done;

  const had = await runsOf(schedule, slots);
  const missed = slots.filter((slot) => !had.has(slot.getTime()));
  if (policy === 'latest' && missed.includes(last) && (await beginRun(last)) !== null) {
    done.caughtUp = 1;
  }
  // Read again: another process may have begun one of them meanwhile, by its tick or as we do.
  const have = await runsOf(schedule, missed);
  for (const slot of missed) {
    const run = have.get(slot.getTime());
    if (run?.trigger === 'schedule') continue;
    await recordMissed(schedule, slot, now, run?._id ?? null);
    if (run === undefined) done.skipped += 1;
  }
  await accountUntil(schedule, last);
  return done;
}

type SlotRun = Pick<RunDoc, '_id' | 'slot' | 'trigger'>;

/** The runs that these slots have, by the slot's time. */
async function runsOf(schedule: string, slots: readonly Date[]): Promise<Map<number, SlotRun>> {
  const runs = await RunModel.find(
    { schedule, slot: { $in: [...slots] } },
    { slot: 1, trigger: 1 },
  ).lean<SlotRun[]>();
  return new Map(runs.map((run) => [run.slot?.getTime() ?? 0, run]));
}

async function recordMissed(
  schedule: string,
  slot: Date,
  noticedAt: Date,
  runId: string | null,
): Promise<void> {
  await MissedSlotModel.updateOne(
    { _id: `${schedule}@${slot.toISOString()}` },
    {
      $setOnInsert: {
        schedule,
        slot,
        noticedAt,
        outcome: runId === null ? 'skipped' : 'caught-up',
        runId,
        expiresAt: new Date(noticedAt.getTime() + KEPT_MS),
      },
    },
    { upsert: true },
  );
}
