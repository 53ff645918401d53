import { readMany } from '../../../models/readDeadline.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { readNewestFirst } from './newestFirst.ts';
import type { Position } from './positionCursor.ts';

interface Wanted {
  count: number;
  /** Only what comes after it in the list; the newest if absent. */
  position?: Position | null;
}

/**
 * The newest records that fit a filter, by when they were queued. The index of the filter's fields must go on by
 * that time: then it takes as long among a million as among a thousand.
 * @param shown the fields that are read, as MongoDB takes them.
 * @throws AppError `MONGODB_UNAVAILABLE` or `MONGODB_SLOW` at the deadline of a list.
 */
export function newestRecords<Doc>(
  filter: Readonly<Record<string, unknown>>,
  shown: Readonly<Record<string, 0 | 1>>,
  { count, position = null }: Wanted,
): Promise<Doc[]> {
  return readNewestFirst<Doc>(
    { position, count },
    {
      howMany: (window, most) =>
        readMany((options) =>
          JobStatusModel.countDocuments({ $and: [filter, window] }, { ...options, limit: most }),
        ),
      read: (window, limit) =>
        readMany((options) =>
          JobStatusModel.find({ $and: [filter, window] }, shown, options)
            .sort({ queuedAt: -1, _id: -1 })
            .limit(limit)
            .lean<Doc[]>(),
        ),
    },
  );
}
