import {
  type Counted,
  type NumbersDoc,
  type NumbersMarkDoc,
  NumbersMarkModel,
  NumbersModel,
} from '../../../models/system/NumbersModel.ts';
import type { RetentionDays } from '../recording/expiry.ts';
import { countEnded, queueAndKind } from './countEnded.ts';
import { addDays, COUNTED_KEYS, HOUR_MS, nothingCounted, SUMS, startOf } from './counted.ts';

/** Numbers of a time are folded this long after it: by then they are written. */
const GRACE_MS = 600_000;
const HOURS_KEPT_DAYS = 400;
/** Folded in one step. */
const STEP_MS = 24 * HOUR_MS;

/** How far the numbers have been folded; nothing has been before the first time. */
export async function readMark(): Promise<NumbersMarkDoc> {
  const mark = await NumbersMarkModel.findById('numbers').lean<NumbersMarkDoc>();
  return {
    ...{ _id: 'numbers', changedDays: [] },
    ...{ hoursUpTo: new Date(0), daysUpTo: new Date(0) },
    ...mark,
  };
}

/**
 * Folds what lies behind: minutes into hours, hours into days. A day is counted anew from the records,
 * and sealed before they expire; so is a sealed day of which records have changed since. May be repeated
 * at any time, by two at once, and break off anywhere: everything is written absolutely.
 */
export async function foldNumbers({
  retentionDays,
  now = new Date(),
}: {
  /** How long records are kept: a day is counted from them only while all of them are there. */
  retentionDays: RetentionDays;
  now?: Date;
}): Promise<void> {
  await foldHours({ now });
  const { daysUpTo, changedDays } = await readMark();
  const daysEnd = startOf('day', settledBy(now));
  if (daysUpTo >= daysEnd) return;
  const today = startOf('day', now);
  const allThere = (day: Date) => (kind: string) => day >= addDays(today, 1 - retentionDays(kind));
  for (const day of await daysBetween(daysUpTo, daysEnd)) {
    await sealDay(day, { allThere: allThere(day), again: false });
    await moveMark({ daysUpTo: addDays(day, 1) });
  }
  for (const changed of changedDays) {
    const day = new Date(changed);
    if (day < daysUpTo) await sealDay(day, { allThere: allThere(day), again: true });
  }
  await moveMark({ daysUpTo: daysEnd }, changedDays);
}

/** Never back: of two that fold at once the slower one changes nothing. */
async function moveMark(
  to: Partial<Pick<NumbersMarkDoc, 'hoursUpTo' | 'daysUpTo'>>,
  recounted: readonly string[] = [],
): Promise<void> {
  await NumbersMarkModel.updateOne(
    { _id: 'numbers' },
    { $max: to, $pull: { changedDays: { $in: recounted } } },
    { upsert: true },
  );
}

function settledBy(now: Date): Date {
  return new Date(now.getTime() - GRACE_MS);
}

type Sum = Counted & { _id: { queue: string; kind: string; at: Date } };

interface Folding {
  now: Date;
  signal?: Pick<AbortSignal, 'throwIfAborted'>;
}

/**
 * Folds the minutes that lie behind into hours, a day of them in each step. May be repeated and break off as
 * `foldNumbers` may.
 */
export async function foldHours({ now, signal }: Folding): Promise<void> {
  const { hoursUpTo } = await readMark();
  const end = startOf('hour', settledBy(now));
  if (hoursUpTo >= end) return;
  const oldest = await oldestMinute();
  // The hour before once more: a process may have written late.
  let from = new Date(
    Math.max(hoursUpTo.getTime() - HOUR_MS, startOf('hour', oldest ?? end).getTime()),
  );
  while (from < end) {
    signal?.throwIfAborted();
    const to = new Date(Math.min(from.getTime() + STEP_MS, end.getTime()));
    await foldStretch(from, to);
    await moveMark({ hoursUpTo: to });
    from = to;
  }
  await moveMark({ hoursUpTo: end });
}

/** When the oldest minute begins that is kept; null when there is none. */
export async function oldestMinute(): Promise<Date | null> {
  const minute = await NumbersModel.findOne({ grain: 'minute' }, { at: 1 }).sort({ at: 1 }).lean();
  return minute?.at ?? null;
}

async function foldStretch(from: Date, to: Date): Promise<void> {
  const sums = await NumbersModel.aggregate<Sum>([
    { $match: { grain: 'minute', at: { $gte: from, $lt: to } } },
    { $group: { _id: { queue: '$queue', kind: '$kind', at: '$hour' }, ...SUMS } },
  ]);
  await write(
    'hour',
    sums.map(({ _id, ...counted }) => ({ ..._id, counted })),
  );
}

/** The days that have hours, from the first one that is not sealed. */
async function daysBetween(from: Date, to: Date): Promise<Date[]> {
  const hours = await NumbersModel.aggregate<{ _id: Date }>([
    { $match: { grain: 'hour', at: { $gte: from, $lt: to } } },
    { $group: { _id: '$at' } },
  ]);
  const days = new Set(hours.map(({ _id }) => startOf('day', _id).getTime()));
  return [...days].sort((a, b) => a - b).map((day) => new Date(day));
}

interface Sealing {
  /** Whether all records of a kind that ended on the day are there still. */
  allThere: (kind: string) => boolean;
  /** A day that was sealed is corrected only where it can be counted. */
  again: boolean;
}

async function sealDay(day: Date, { allThere, again }: Sealing): Promise<void> {
  const end = addDays(day, 1);
  const hours = await NumbersModel.aggregate<Sum>([
    { $match: { grain: 'hour', at: { $gte: day, $lt: end } } },
    { $group: { _id: { queue: '$queue', kind: '$kind' }, ...SUMS } },
  ]);
  const estimates = new Map(
    hours.map(({ _id, ...counted }) => [queueAndKind(_id), { ..._id, counted }]),
  );
  const ended = (await countEnded(day, end)).filter(({ kind }) => allThere(kind));
  const zeros = { completed: 0, failed: 0, duplicates: 0, cancelled: 0, workedMs: 0 };
  const exact = new Map(ended.map((each) => [queueAndKind(each), each]));
  const all = new Map([...exact, ...estimates]);
  await write(
    'day',
    [...all].flatMap(([key, { queue, kind }]) => {
      const hourly = estimates.get(key)?.counted ?? nothingCounted();
      // Some records have expired: then the hours are the best that is known.
      if (!allThere(kind)) return again ? [] : [{ queue, kind, at: day, counted: hourly }];
      // What stands as failed is counted: what was retried since is not among it.
      const counted = { ...hourly, retried: 0, ...zeros, ...exact.get(key)?.counted };
      return [{ queue, kind, at: day, counted }];
    }),
  );
}

interface Folded {
  queue: string;
  kind: string;
  at: Date;
  counted: Counted;
}

async function write(grain: 'hour' | 'day', folded: readonly Folded[]): Promise<void> {
  if (folded.length === 0) return;
  await NumbersModel.bulkWrite(
    folded.map(({ queue, kind, at, counted }) => {
      const fields = Object.fromEntries(COUNTED_KEYS.map((key) => [key, counted[key]]));
      const of = { grain, queue, kind, at };
      return {
        updateOne: {
          filter: {
            _id: `${queue}|${kind}|${at.toISOString()}|${grain}`,
          } satisfies Partial<NumbersDoc>,
          // Minutes only grow: an hour that is folded again after some of its minutes went stays.
          update:
            grain === 'hour'
              ? { $set: { ...of, expiresAt: addDays(at, HOURS_KEPT_DAYS) }, $max: fields }
              : { $set: { ...of, ...fields } },
          upsert: true,
        },
      };
    }),
    { ordered: false },
  );
}
