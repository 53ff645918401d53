import { DURABLE } from '../../../models/durable.ts';
import { storeTime } from '../../../models/serverFacts.ts';
import {
  type ScheduleChange,
  ScheduleModel,
  type ScheduleStop,
} from '../../../models/system/ScheduleModel.ts';
import { SchedulingModel } from '../../../models/system/SchedulingModel.ts';
import { ensureSchedule } from './schedule.ts';

/** Who asks, and why. */
export interface Asker {
  readonly by: string;
  readonly why: string;
}

const ALL = 'all';
const KEPT_CHANGES = 100;
const DURABLY = { writeConcern: DURABLE } as const;

/** The stop of all schedules; null while there is none. */
export async function stopOfAll(now: Date): Promise<ScheduleStop | null> {
  const scheduling = await SchedulingModel.findById(ALL).lean();
  return stopNow(scheduling?.stopped ?? null, now);
}

/** The stop, if it has not ended by itself. */
export function stopNow(stop: ScheduleStop | null | undefined, now: Date): ScheduleStop | null {
  return stop == null || (stop.until !== null && stop.until <= now) ? null : stop;
}

/**
 * Stops one schedule, in all processes and over restarts, until somebody starts it or `until` has
 * come. Slots that fall due meanwhile are recorded as held and never caught up.
 */
export async function stopSchedule(
  name: string,
  { by, why }: Asker,
  until: Date | null,
): Promise<void> {
  const at = await storeTime();
  await ensureSchedule(name, at);
  await change(name, { stopped: { at, by, why, until } }, { at, by, action: 'stop', note: why });
}

/** Starts one schedule that was stopped by itself, or held. A stop of all still holds. */
export async function startSchedule(name: string, { by, why }: Asker): Promise<void> {
  const at = await storeTime();
  await ensureSchedule(name, at);
  // A slot that fell into the stop and that no process has seen is not owed either.
  const running = { stopped: null, heldUntil: null, hold: null };
  await change(name, running, { at, by, action: 'start', note: why }, at);
}

/** Stops all schedules, those to come too, until `startAll`. */
export async function stopAll({ by, why }: Asker): Promise<void> {
  const at = await storeTime();
  await SchedulingModel.updateOne(
    { _id: ALL },
    { $set: { stopped: { at, by, why, until: null } } },
    { upsert: true, ...DURABLY },
  );
  const noted = noting({ at, by, action: 'stop_all', note: why });
  await ScheduleModel.updateMany({}, { $push: noted }, DURABLY);
}

/** Ends the stop of all; what was stopped singly stays stopped. */
export async function startAll({ by, why }: Asker): Promise<void> {
  const now = await storeTime();
  if ((await stopOfAll(now)) === null) return;
  const noted = noting({ at: now, by, action: 'start_all', note: why });
  // Every schedule was stopped, wherever it is defined: none owes a slot that no process has seen meanwhile.
  await ScheduleModel.updateMany({}, { $max: { accountedUntil: now }, $push: noted }, DURABLY);
  await SchedulingModel.updateOne({ _id: ALL }, { $set: { stopped: null } }, DURABLY);
}

/** Changes a schedule and says so in its record. */
export async function change(
  name: string,
  set: Record<string, unknown>,
  entry: ScheduleChange,
  accountedUntil?: Date,
): Promise<void> {
  await ScheduleModel.updateOne(
    { _id: name },
    {
      $set: set,
      $push: noting(entry),
      ...(accountedUntil === undefined ? {} : { $max: { accountedUntil } }),
    },
    DURABLY,
  );
}

function noting(entry: ScheduleChange) {
  return { changes: { $each: [entry], $slice: -KEPT_CHANGES } };
}
