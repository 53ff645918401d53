import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { inTime } from '../../../config/inTime.ts';
import { driverCollection } from '../../../models/driverCollection.ts';
import {
  type Counted,
  NumbersMarkModel,
  NumbersModel,
} from '../../../models/system/NumbersModel.ts';
import { addDays, COUNTED_KEYS, nothingCounted, startOf } from './counted.ts';

/** Whose numbers: minutes are kept for each of these. */
interface Counting {
  queue: string;
  kind: string;
}

interface Minute extends Counting {
  at: Date;
  counted: Counted;
  /** How often it has changed, and with which of these changes it was last written. */
  changes: number;
  written: number;
}

/** MongoDB deletes minutes after so many days where no cleanup has, which is switched off, or has not folded them. */
const MINUTES_KEPT_AT_MOST = 60;
/** The pause between two writes: what is counted meanwhile goes with the next. */
const GAP_MS = 25;
const RETRY_MS = 1_000;
/** Bounds the memory while MongoDB cannot be written to. */
const MAX_MINUTES = 5_000;

/*
 * There is one tally for each process, as there is one connection for all models: every writer of records
 * counts here, and each process has a document of its own for a minute.
 */
const minutes = new Map<string, Minute>();
/** Those of the newest minute, by queue and kind. */
const current = new Map<string, Minute>();
const changedDays = new Set<string>();
let processId = randomUUID();
let newest = 0;
let writing: Promise<void> | null = null;

/**
 * Counts jobs of a kind in the current minute. They are in MongoDB some milliseconds later, with one
 * write for all that was counted meanwhile. A minute is written as a whole: a write whose answer is lost
 * doubles nothing. What a process had not written when it was killed is missing until its day is sealed.
 */
export function tally({ queue, kind }: Counting, counted: Partial<Counted>): void {
  const minute = minuteOf(queue, kind, startOf('minute', new Date()));
  for (const key of COUNTED_KEYS) minute.counted[key] += counted[key] ?? 0;
  minute.changes += 1;
  writing ??= write();
}

/** Says that a record which ended on this day has changed: a day that is sealed is counted again. */
export function noteChange(finishedAt: Date | null): void {
  if (finishedAt === null || finishedAt >= startOf('day', new Date())) return;
  changedDays.add(finishedAt.toISOString().slice(0, 10));
  writing ??= write();
}

/** Settles when all that was counted until now is written, or `deadlineMs` has passed. */
export async function flushTallies(deadlineMs = 2_000): Promise<void> {
  if (writing !== null) await inTime(writing, deadlineMs, undefined);
}

function minuteOf(queue: string, kind: string, at: Date): Minute {
  // A clock set back comes to minutes that are written and forgotten: they must not be overwritten.
  if (at.getTime() < newest) processId = randomUUID();
  if (at.getTime() !== newest) current.clear();
  newest = at.getTime();
  const counting = `${queue}|${kind}`;
  const known = current.get(counting);
  if (known !== undefined) return known;
  const id = `${counting}|${at.toISOString()}|${processId}`;
  const minute = minutes.get(id) ?? newMinute(id, { queue, kind, at });
  current.set(counting, minute);
  return minute;
}

function newMinute(id: string, { queue, kind, at }: Counting & { at: Date }): Minute {
  for (const [known, minute] of minutes) {
    const isOver = minute.at.getTime() < at.getTime() && !isUnwritten(minute);
    if (isOver || minutes.size >= MAX_MINUTES) minutes.delete(known);
  }
  // What was left out above must not be counted in any more.
  current.clear();
  const minute = { queue, kind, at, counted: nothingCounted(), changes: 0, written: 0 };
  minutes.set(id, minute);
  return minute;
}

function isUnwritten({ changes, written }: Minute): boolean {
  return changes > written;
}

/** Writes until nothing is left to write; never rejects. */
async function write(): Promise<void> {
  // What is counted in the same turn goes with the first write.
  await delay(0);
  for (;;) {
    const unwritten = [...minutes].filter(([, minute]) => isUnwritten(minute));
    const days = [...changedDays];
    if (unwritten.length === 0 && days.length === 0) break;
    const isDone = await writeOnce(unwritten, days).then(
      () => true,
      // Away, or closed: records cannot be written either, and their writers say so.
      () => false,
    );
    await delay(isDone ? GAP_MS : RETRY_MS, undefined, { ref: isDone });
  }
  writing = null;
}

async function writeOnce(
  unwritten: readonly [string, Minute][],
  days: readonly string[],
): Promise<void> {
  const changes = unwritten.map(([, minute]) => minute.changes);
  for (const day of days) changedDays.delete(day);
  try {
    if (unwritten.length > 0) {
      await driverCollection(NumbersModel).bulkWrite(unwritten.map(upsert), { ordered: false });
    }
    for (const [position, [, minute]] of unwritten.entries()) {
      minute.written = changes[position] ?? 0;
    }
    if (days.length > 0) {
      await NumbersMarkModel.updateOne(
        { _id: 'numbers' },
        { $addToSet: { changedDays: { $each: days } } },
        { upsert: true },
      );
    }
  } catch (error) {
    for (const day of days) changedDays.add(day);
    throw error;
  }
}

function upsert([_id, { queue, kind, at, counted }]: [string, Minute]) {
  const hour = startOf('hour', at);
  const fields = { ...counted, ...{ grain: 'minute' as const, queue, kind, at, hour } };
  return {
    updateOne: {
      filter: { _id },
      update: { $set: { ...fields, expiresAt: addDays(at, MINUTES_KEPT_AT_MOST) } },
      upsert: true,
    },
  };
}
