import type { Position } from './positionCursor.ts';

/** A stretch of time in which to look, as conditions on records; `null` is open to that side. */
export interface Window {
  queuedAt?: { $gte?: Date; $lt?: Date; $lte?: Date };
  $nor?: [{ queuedAt: Date; _id: { $gte: string } }];
}

const SECOND_MS = 1_000;
/** How far back each window ends, from 4 s to 194 days; the last one reaches back for ever. */
const REACHES_MS = Array.from({ length: 12 }, (_, power) => 4 * SECOND_MS * 4 ** power);

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
 * of time. Among `many` records the windows become longer and longer: a database that sorts what it found,
 * instead of walking an index in order, then sorts what was queued of late and not the whole history.
 * Together they cover all time, the future too: clocks of several machines differ.
 */
export async function readNewestFirst<Doc>(
  { position, count, among }: { position: Position | null; count: number; among: 'few' | 'many' },
  read: (window: Window, limit: number) => Promise<Doc[]>,
  now = new Date(),
): Promise<Doc[]> {
  const newest = (position?.queuedAt ?? now).getTime();
  const starts = among === 'many' ? REACHES_MS.map((reach) => new Date(newest - reach)) : [];
  const found: Doc[] = [];
  for (const window of windows(position, starts)) {
    found.push(...(await read(window, count - found.length)));
    if (found.length >= count) break;
  }
  return found;
}
