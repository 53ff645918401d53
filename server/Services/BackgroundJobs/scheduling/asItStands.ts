import {
  type ScheduleDoc,
  ScheduleModel,
  type ScheduleOverride,
  type ScheduleStop,
} from '../../../models/system/ScheduleModel.ts';
import { defineSchedule, type ScheduleDefinition } from './defineSchedule.ts';
import { ensureSchedule } from './schedule.ts';
import { stopNow, stopOfAll } from './stops.ts';

/** A schedule as the installation has it now. */
export interface StandingSchedule {
  /** Its definition, with what an operator has set instead. */
  readonly schedule: ScheduleDefinition;
  readonly known: ScheduleDoc;
  /** Null while it runs. */
  readonly stop: ScheduleStop | null;
}

/** Reads how a schedule stands; it is installed when it is first seen, at `now`. */
export async function asItStands(
  definition: ScheduleDefinition,
  now: Date,
): Promise<StandingSchedule> {
  const { name } = definition;
  const [known, all] = await Promise.all([ensureSchedule(name, now), stopOfAll(now)]);
  const schedule = withOverride(definition, known.override);
  const { expression, timezone } = schedule;
  if (known.expression !== expression || known.timezone !== timezone) {
    await ScheduleModel.updateOne({ _id: name }, { $set: { expression, timezone } });
  }
  return { schedule, known, stop: stopNow(known.stopped, now) ?? all };
}

/** A timetable's reading is kept by its object: the same override gives the same object. */
const overridden = new WeakMap<ScheduleDefinition, { by: string; schedule: ScheduleDefinition }>();

/**
 * The definition with what an operator has set instead.
 * @throws Error that says what is wrong with the result.
 */
export function withOverride(
  definition: ScheduleDefinition,
  override: ScheduleOverride = {},
): ScheduleDefinition {
  if (Object.keys(override).length === 0) return definition;
  const by = JSON.stringify(override);
  const kept = overridden.get(definition);
  if (kept?.by === by) return kept.schedule;
  const schedule = defineSchedule({ ...definition, ...override });
  overridden.set(definition, { by, schedule });
  return schedule;
}
