import { readMany } from '../../../models/readDeadline.ts';
import { type Counted, type Grain, NumbersModel } from '../../../models/system/NumbersModel.ts';
import { COUNTED_KEYS, nothingCounted, SUMS, startOf } from './counted.ts';
import { readMark } from './fold.ts';

/** What has ended in a queue since its first job. */
export interface EndedJobs {
  completed: number;
  /** Those that stand as failed: what was retried since is not among them. */
  failed: number;
}

/**
 * What has ended, by queue: from sealed days, the hours since, and the minutes since. It reads as much
 * after a million jobs as after ten.
 */
export async function endedByQueue(): Promise<ReadonlyMap<string, EndedJobs>> {
  const { daysUpTo, hoursUpTo } = await readMark();
  const sums = await readMany((options) =>
    NumbersModel.aggregate<Counted & { _id: string }>(
      [
        {
          $match: {
            $or: [
              { grain: 'day', at: { $lt: daysUpTo } },
              { grain: 'hour', at: { $gte: daysUpTo, $lt: hoursUpTo } },
              { grain: 'minute', at: { $gte: hoursUpTo } },
            ],
          },
        },
        { $group: { _id: '$queue', ...SUMS } },
      ],
      options,
    ),
  );
  return new Map(
    sums.map(({ _id, completed, failed, retried }) => [
      _id,
      { completed, failed: Math.max(0, failed - retried) },
    ]),
  );
}

/** The numbers of one kind in one queue over a minute, an hour or a day. */
export interface NumbersView extends Counted {
  queue: string;
  kind: string;
  at: Date;
}

export interface NumbersRequest {
  by: Grain;
  from: Date;
  to: Date;
  queue?: string | undefined;
  kind?: string | undefined;
}

/** The numbers of each kind in each queue, oldest first; a time in which nothing happened is left out. */
export async function readNumbers({ by, from, to, ...of }: NumbersRequest): Promise<NumbersView[]> {
  const { daysUpTo, hoursUpTo } = await readMark();
  const within = (grain: Grain, start: Date, end: Date) => ({
    ...{ ...of, grain },
    at: { $gte: later(from, start), $lt: end < to ? end : to },
  });
  const [first, never] = [new Date(0), new Date(8.64e15)];
  const stretches = {
    minute: [within('minute', first, never)],
    hour: [within('hour', first, hoursUpTo), within('minute', hoursUpTo, never)],
    day: [
      within('day', first, daysUpTo),
      within('hour', daysUpTo, hoursUpTo),
      within('minute', hoursUpTo, never),
    ],
  }[by];
  const sums = await readMany((options) =>
    NumbersModel.aggregate<Counted & { _id: { queue: string; kind: string; at: Date } }>(
      [
        { $match: { $or: stretches.map(given) } },
        {
          $group: {
            _id: {
              queue: '$queue',
              kind: '$kind',
              at: by === 'minute' ? '$at' : { $ifNull: ['$hour', '$at'] },
            },
            ...SUMS,
          },
        },
      ],
      options,
    ),
  );
  return summed(
    sums.map(({ _id, ...counted }) => ({ ..._id, ...counted })),
    by,
  );
}

function later(left: Date, right: Date): Date {
  return left > right ? left : right;
}

/** Without the keys that were left out. */
function given(filter: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** Hours of a day that is not sealed are added up here: FerretDB rounds to days wrongly. */
function summed(numbers: readonly NumbersView[], by: Grain): NumbersView[] {
  const sums = new Map<string, NumbersView>();
  for (const each of numbers) {
    const { queue, kind } = each;
    const at = startOf(by, each.at);
    const key = `${at.toISOString()}|${queue}|${kind}`;
    const sum = sums.get(key) ?? { queue, kind, at, ...nothingCounted() };
    for (const name of COUNTED_KEYS) sum[name] += each[name];
    sums.set(key, sum);
  }
  return [...sums].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, sum]) => sum);
}
