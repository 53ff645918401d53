import {
  type Counted,
  type NumbersDoc,
  type NumbersMarkDoc,
  NumbersMarkModel,
  NumbersModel,
} from '../../../models/system/NumbersModel.ts';
import { countEnded, queueAndKind } from './countEnded.ts';
import { addDays, COUNTED_KEYS, HOUR_MS, nothingCounted, SUMS, startOf } from './counted.ts';

/** Numbers of a time are folded this long after it: by then they are written. */
const GRACE_MS = 600_000;
const HOURS_KEPT_DAYS = 400;

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
 * at any time, and break off anywhere: everything is written absolutely.
 */
export async function foldNumbers({
  retentionDays,
  now = new Date(),
}: {
  /** How long records are kept: a day is counted from them only while all of them are there. */
  retentionDays: number;
  now?: Date;
}): Promise<void> {
  const settled = new Date(now.getTime() - GRACE_MS);
  const { hoursUpTo, daysUpTo, changedDays } = await readMark();
  const hoursEnd = startOf('hour', settled);
  if (hoursUpTo < hoursEnd) {
    // The hour before once more: a process may have written late.
    await foldHours(new Date(Math.max(0, hoursUpTo.getTime() - HOUR_MS)), hoursEnd);
    await moveMark({ hoursUpTo: hoursEnd });
  }
  const daysEnd = startOf('day', settled);
  if (daysUpTo >= daysEnd) return;
  const complete = addDays(startOf('day', now), 1 - retentionDays);
  for (const day of await daysBetween(daysUpTo, daysEnd)) await sealDay(day, { complete });
  for (const changed of changedDays) {
    const day = new Date(changed);
    if (day < daysUpTo && day >= complete) await sealDay(day, { complete });
  }
  await moveMark({ daysUpTo: daysEnd }, changedDays);
}

async function moveMark(
  to: Partial<NumbersMarkDoc>,
  recounted: readonly string[] = [],
): Promise<void> {
  await NumbersMarkModel.updateOne(
    { _id: 'numbers' },
    { $set: to, $pull: { changedDays: { $in: recounted } } },
    { upsert: true },
  );
}

type Sum = Counted & { _id: { queue: string; kind: string; at: Date } };

async function foldHours(from: Date, to: Date): Promise<void> {
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

async function sealDay(day: Date, { complete }: { complete: Date }): Promise<void> {
  const end = addDays(day, 1);
  const hours = await NumbersModel.aggregate<Sum>([
    { $match: { grain: 'hour', at: { $gte: day, $lt: end } } },
    { $group: { _id: { queue: '$queue', kind: '$kind' }, ...SUMS } },
  ]);
  const estimates = new Map(
    hours.map(({ _id, ...counted }) => [queueAndKind(_id), { ..._id, counted }]),
  );
  // Some records of an older day have expired: then the hours are the best that is known.
  const ended = day < complete ? [] : await countEnded(day, end);
  const zeros = { completed: 0, failed: 0, duplicates: 0, cancelled: 0, workedMs: 0 };
  const exact = new Map(ended.map((each) => [queueAndKind(each), each]));
  const all = new Map([...exact, ...estimates]);
  await write(
    'day',
    [...all].map(([key, { queue, kind }]) => {
      const hourly = estimates.get(key)?.counted ?? nothingCounted();
      if (day < complete) return { queue, kind, at: day, counted: hourly };
      // What stands as failed is counted: what was retried since is not among it.
      const counted = { ...hourly, retried: 0, ...zeros, ...exact.get(key)?.counted };
      return { queue, kind, at: day, counted };
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
      const expiry = grain === 'hour' ? { expiresAt: addDays(at, HOURS_KEPT_DAYS) } : {};
      return {
        updateOne: {
          filter: {
            _id: `${queue}|${kind}|${at.toISOString()}|${grain}`,
          } satisfies Partial<NumbersDoc>,
          update: { $set: { grain, queue, kind, at, ...fields, ...expiry } },
          upsert: true,
        },
      };
    }),
    { ordered: false },
  );
}
