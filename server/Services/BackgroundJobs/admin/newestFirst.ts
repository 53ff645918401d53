import { readMany } from '../../../models/readDeadline.ts';
import { RunModel } from '../../../models/system/RunModel.ts';
import type { Position } from './positionCursor.ts';

/** A stretch of time in which to look, as conditions on records; `null` is open to that side. */
interface Window {
  queuedAt?: { $gte?: Date; $lt?: Date; $lte?: Date };
  $nor?: [{ queuedAt: Date; _id: { $gte: string } }];
}

/** How many of the newest runs each window reaches back; the last one reaches back for ever. */
const REACHES = [1, 2, 4, 8, 16, 32, 64, 128];

/** When the runs began with which the windows end, newest first and each once. */
async function windowStarts(upTo: Date): Promise<Date[]> {
  const runs = await readMany((options) =>
    RunModel.find({ startedAt: { $lte: upTo } }, { startedAt: 1 }, options)
      .sort({ runSeq: -1 })
      .limit(Math.max(...REACHES))
      .lean(),
  );
  const times = REACHES.flatMap((reach) => runs[reach - 1]?.startedAt.getTime() ?? []);
  // Runs are numbered by the database, but their clocks are of several machines.
  return [...new Set(times)].sort((a, b) => b - a).map((time) => new Date(time));
}

/** The newest window: up to the position, and of the position's own instant what sorts after it. */
function upTo(position: Position | null): Window {
  if (position === null) return {};
  const { queuedAt, _id } = position;
  return { queuedAt: { $lte: queuedAt }, $nor: [{ queuedAt, _id: { $gte: _id } }] };
}

/** All of time up to the position, cut at `starts`. */
function windows(position: Position | null, starts: readonly Date[]): Window[] {
  const newest = upTo(position);
  const ends: Window[] = [newest, ...starts.map((start) => ({ queuedAt: { $lt: start } }))];
  return ends.map((window, place) => {
    const start = starts[place];
    if (start === undefined) return window;
    return { ...window, queuedAt: { ...window.queuedAt, $gte: start } };
  });
}

/**
 * Reads the newest records after a position until there are `count`; `read` looks into one window
 * of time. Of `many` records the windows follow the runs, from the newest to ever longer stretches:
 * a database that sorts what it found, instead of walking an index in order, then sorts about one
 * run and not the whole history. Together the windows cover all time, whatever the runs say.
 */
export async function readNewestFirst<Doc>(
  { position, count, among }: { position: Position | null; count: number; among: 'few' | 'many' },
  read: (window: Window, limit: number) => Promise<Doc[]>,
): Promise<Doc[]> {
  const starts = among === 'many' ? await windowStarts(position?.queuedAt ?? new Date()) : [];
  const found: Doc[] = [];
  for (const window of windows(position, starts)) {
    found.push(...(await read(window, count - found.length)));
    if (found.length >= count) break;
  }
  return found;
}
