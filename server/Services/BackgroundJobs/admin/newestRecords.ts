import { readMany } from '../../../models/readDeadline.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { readNewestFirst, type Wanted } from './newestFirst.ts';

/** Where the first pages of the lists that were asked for last ended. */
const ends = new Map<string, number>();
const MOST_ENDS = 200;

/**
 * The newest records that fit a filter, by when they were queued. The index of the filter's fields must go on by
 * that time: then it takes as long among a million as among a thousand. The newest are looked for first where they
 * were the last time, because those who watch a list ask for it again and again.
 * @param shown the fields that are read, as MongoDB takes them.
 * @throws AppError `MONGODB_UNAVAILABLE` or `MONGODB_SLOW` at the deadline of a list.
 */
export async function newestRecords<Doc>(
  filter: Readonly<Record<string, unknown>>,
  shown: Readonly<Record<string, 0 | 1>>,
  { count, position = null, likely = [] }: Partial<Wanted> & Pick<Wanted, 'count'>,
): Promise<Doc[]> {
  const list = JSON.stringify([filter, count]);
  const end = position === null ? ends.get(list) : undefined;
  const records = await readNewestFirst<Doc & { queuedAt: Date }>(
    { position, count, likely: end === undefined ? likely : [end] },
    {
      howMany: (window, most) =>
        readMany((options) =>
          JobStatusModel.countDocuments({ $and: [filter, window] }, { ...options, limit: most }),
        ),
      read: (window, limit) =>
        readMany((options) =>
          JobStatusModel.find({ $and: [filter, window] }, { ...shown, queuedAt: 1 }, options)
            .sort({ queuedAt: -1, _id: -1 })
            .limit(limit)
            // All in one answer: for a second one FerretDB would look for them again.
            .batchSize(limit)
            .lean<(Doc & { queuedAt: Date })[]>(),
        ),
    },
  );
  if (position === null) {
    const last = records.length < count ? undefined : records.at(-1);
    keepEnd(list, last?.queuedAt.getTime() ?? 0);
  }
  return records;
}

/** Of the lists that are kept, the one that was asked for the longest ago makes room. */
function keepEnd(list: string, end: number): void {
  ends.delete(list);
  ends.set(list, end);
  const [oldest] = ends.keys();
  if (ends.size > MOST_ENDS && oldest !== undefined) ends.delete(oldest);
}
