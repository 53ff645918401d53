import { AppError } from '../../../errors/AppError.ts';
import { storeTime } from '../../../models/serverFacts.ts';
import { type RunCounts, type RunDoc, RunModel } from '../../../models/system/RunModel.ts';
import {
  type HoldNote,
  type ScheduleDoc,
  ScheduleModel,
  type ScheduleStop,
} from '../../../models/system/ScheduleModel.ts';
import { type SlotDoc, SlotModel } from '../../../models/system/SlotModel.ts';
import { holdSchedule, OF_DOCUMENTS, releaseSchedule } from '../scheduling/schedule.ts';
import { nextSlot, slotsAfter } from '../scheduling/slots.ts';
import { startSchedule as endStop, stopNow, stopOfAll } from '../scheduling/stops.ts';

/** What became of one slot, and of the run that it began. */
export interface SlotView extends Pick<SlotDoc, 'slot' | 'state' | 'runId' | 'jobId' | 'note'> {
  /** The run's counts once it is sealed; null for a run that is open, and for none. */
  counts: RunCounts | null;
  durationMs: number | null;
}

/** A schedule as people see it. */
export interface ScheduleView {
  schedule: string;
  /** Null while no scheduler runs it. */
  expression: string | null;
  timezone: string | null;
  /** When it is due next; null when that is unknown, or never. */
  next: Date | null;
  /** The oldest slot that is due and of which nothing is known yet. */
  overdue: Date | null;
  heldUntil: Date | null;
  hold: HoldNote | null;
  /** When it was stopped; null when that is unknown, and while it runs. */
  heldSince: Date | null;
  /** The kind of the jobs of its newest run; null if there is none. */
  kind: string | null;
  /** The newest slots, oldest first. */
  slots: SlotView[];
}

/** A schedule that is stopped without an end stays so until somebody starts it. */
export const UNTIL_STARTED = new Date('9999-12-31T00:00:00Z');
const SLOTS = 60;
const PREVIEWED = 200;

/**
 * Every schedule of the installation that a scheduler runs, by name, each with its newest slots; none that is
 * switched off, and none that is a document's, of which there may be thousands.
 */
export async function listSchedules(): Promise<ScheduleView[]> {
  const [at, schedules] = await Promise.all([
    moment(),
    ScheduleModel.find({ _id: { $not: new RegExp(`^${OF_DOCUMENTS}`) }, expression: { $ne: null } })
      .sort({ _id: 1 })
      .lean<ScheduleDoc[]>(),
  ]);
  return viewsOf(schedules, at);
}

/** The slots that are due from now on: those of a week, at most 200. @throws AppError `NOT_FOUND`. */
export async function previewSchedule(name: string): Promise<{ slots: Date[] }> {
  const { expression, timezone } = await find(name);
  if (expression === null || timezone === null) return { slots: [] };
  const now = await storeTime();
  const end = new Date(now.getTime() + 7 * 86_400_000);
  const slots = slotsAfter({ expression, timezone }, now, PREVIEWED);
  return { slots: slots.filter((slot) => slot <= end) };
}

/** No slot begins anything before `until`. @throws AppError `NOT_FOUND`. */
export async function stopSchedule(
  name: string,
  { until, ...hold }: HoldNote & { until: Date },
): Promise<ScheduleView> {
  await find(name);
  await holdSchedule(name, until, { ...hold, at: await storeTime() });
  return viewOf(await find(name));
}

/** Slots begin again what they are for, unless all schedules are stopped. @throws AppError `NOT_FOUND`. */
export async function startSchedule(name: string): Promise<ScheduleView> {
  const { stopped } = await find(name);
  await releaseSchedule(name);
  if (stopped !== null) await endStop(name, { by: 'dashboard', why: 'started there' });
  return viewOf(await find(name));
}

async function find(name: string): Promise<ScheduleDoc> {
  const schedule = await ScheduleModel.findById(name).lean<ScheduleDoc>();
  if (schedule !== null) return schedule;
  throw new AppError(
    'NOT_FOUND',
    `There is no schedule "${name}", or no scheduler has run it yet.`,
  );
}

interface Moment {
  now: Date;
  /** The stop of all schedules; null while there is none. */
  all: ScheduleStop | null;
}

async function moment(): Promise<Moment> {
  const now = await storeTime();
  return { now, all: await stopOfAll(now) };
}

async function viewOf(schedule: ScheduleDoc): Promise<ScheduleView> {
  const [view] = await viewsOf([schedule], await moment());
  if (view === undefined) throw new Error(`No view of schedule ${schedule._id}.`);
  return view;
}

async function viewsOf(schedules: readonly ScheduleDoc[], at: Moment): Promise<ScheduleView[]> {
  const slots = await Promise.all(schedules.map(({ _id }) => newestSlots(_id)));
  const runs = await runsOf(slots.flat());
  return schedules.map((schedule, place) => toView(schedule, slots[place] ?? [], runs, at));
}

function toView(
  schedule: ScheduleDoc,
  newest: readonly SlotDoc[],
  runs: ReadonlyMap<string, SlotRun>,
  { now, all }: Moment,
): ScheduleView {
  const { _id: name, expression, timezone, accountedUntil } = schedule;
  const stop = stopNow(schedule.stopped, now) ?? all;
  const heldUntil = stop === null ? schedule.heldUntil : (stop.until ?? UNTIL_STARTED);
  const hold = stop === null ? schedule.hold : { by: stop.by, why: stop.why, at: stop.at };
  const timetable = expression !== null && timezone !== null ? { expression, timezone } : null;
  const pending = timetable && nextSlot(timetable, accountedUntil);
  const isHeld = heldUntil !== null && heldUntil > now;
  return {
    schedule: name,
    expression,
    timezone,
    next: timetable && nextSlot(timetable, now),
    overdue: pending !== null && pending <= now && !isHeld ? pending : null,
    heldUntil: isHeld ? heldUntil : null,
    hold: isHeld ? hold : null,
    heldSince: isHeld ? (hold?.at ?? null) : null,
    kind: newest.map(({ runId }) => runs.get(runId ?? '')?.kind).find(Boolean) ?? null,
    slots: newest.map((slot) => slotView(slot, runs)).reverse(),
  };
}

function newestSlots(schedule: string): Promise<SlotDoc[]> {
  return SlotModel.find({ schedule }).sort({ slot: -1 }).limit(SLOTS).lean<SlotDoc[]>();
}

type SlotRun = Pick<RunDoc, '_id' | 'kind' | 'sealed' | 'startedAt' | 'finishedAt'>;

/** The runs that these slots began, of all schedules at once. */
async function runsOf(slots: readonly SlotDoc[]): Promise<ReadonlyMap<string, SlotRun>> {
  const ids = slots.flatMap(({ runId }) => runId ?? []);
  const runs = await RunModel.find(
    { _id: { $in: ids } },
    { kind: 1, sealed: 1, startedAt: 1, finishedAt: 1 },
  ).lean<SlotRun[]>();
  return new Map(runs.map((run) => [run._id, run]));
}

function slotView(
  { slot, state, runId, jobId, note }: SlotDoc,
  runs: ReadonlyMap<string, SlotRun>,
): SlotView {
  const run = runs.get(runId ?? '');
  const durationMs =
    run?.finishedAt == null ? null : run.finishedAt.getTime() - run.startedAt.getTime();
  return { slot, state, runId, jobId, note, counts: run?.sealed ?? null, durationMs };
}
