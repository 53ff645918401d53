import type { Position } from './positionCursor.ts';

/** A stretch of time in which to look, as conditions on records; what is absent is open to that side. */
export interface Window {
  queuedAt?: { $gte?: Date; $lt?: Date; $lte?: Date };
  $nor?: [{ queuedAt: Date; _id: { $gte: string } }];
}

/** How records are looked for in a window of time. */
export interface Look<Doc> {
  /** How many there are, counted up to `most`. */
  howMany(window: Window, most: number): Promise<number>;
  /** The newest of them, in order. */
  read(window: Window, limit: number): Promise<Doc[]>;
}

/** The most records that one query counts and sorts; where two pages hold more, as many as two pages. */
const FEW = 500;
/** How long the newest window is. */
const FIRST_MS = 4_000;
/** A window that is longer than the one after it by this factor: the newest of a busy history fill a page soon. */
const GROWTH = 4;
/** Records of one instant are not told apart by time. */
const INSTANT_MS = 1;

/** From `start`, which is a time in milliseconds, to before `end`; null is open to that side. */
interface Stretch {
  start: number;
  end: number | null;
}

/** What is wanted of the newest records. */
export interface Wanted {
  /** Only what comes after it in the list; the newest if null. */
  position: Position | null;
  count: number;
  /**
   * Where the page is likely to end, in milliseconds and newest first: each is the start of a stretch to look at
   * before all others. Wrong ones cost a query, and change nothing in what is found.
   */
  likely?: readonly number[];
}

/**
 * Reads the newest records after a position until there are `count`. A database that sorts what it found, instead
 * of walking an index in order, would sort the whole history for one page; so it is given a window of time that
 * holds few. Windows become longer until the page is full, and one that holds many is halved. Together they
 * cover all time, the future too: clocks of several machines differ.
 */
export async function readNewestFirst<Doc>(
  { position, count, likely = [] }: Wanted,
  look: Look<Doc>,
  now = new Date(),
): Promise<Doc[]> {
  const newest = (position?.queuedAt ?? now).getTime();
  const few = Math.max(FEW, 2 * count);
  const found: Doc[] = [];

  function windowOf({ start, end }: Stretch): Window {
    const upTo = end === null ? upToPosition(position) : { queuedAt: { $lt: new Date(end) } };
    // Also where it begins with all time: without a range FerretDB collects all that an index leads to.
    return { ...upTo, queuedAt: { ...upTo.queuedAt, $gte: new Date(start) } };
  }

  const howMany = (stretch: Stretch) => look.howMany(windowOf(stretch), few + 1);

  async function read(stretch: Stretch): Promise<void> {
    found.push(...(await look.read(windowOf(stretch), count - found.length)));
  }

  /** Adds what is in a stretch that holds `there`, or more than few, until the page is full. */
  async function gather({ start, end }: Stretch, there: number): Promise<void> {
    if (there === 0) return;
    const ms = (end ?? newest) - start;
    if (there <= few || ms <= INSTANT_MS) return read({ start, end });
    const middle = start + Math.ceil(ms / 2);
    const [later, earlier] = [
      { start: middle, end },
      { start, end: middle },
    ];
    const thereLater = await howMany(later);
    await gather(later, thereLater);
    if (found.length >= count) return;
    // Where the later half is empty, all of it is in the earlier one.
    await gather(earlier, thereLater === 0 ? there : await howMany(earlier));
  }

  /** The same of a stretch of which nothing is known, in windows that begin at its end. */
  async function walk({ start: first, end }: Stretch): Promise<void> {
    let stretch: Stretch = { start: Math.max(first, (end ?? newest) - FIRST_MS), end };
    await gather(stretch, await howMany(stretch));
    for (let ms = FIRST_MS * GROWTH; found.length < count && stretch.start > first; ms *= GROWTH) {
      stretch = { start: Math.max(first, stretch.start - ms), end: stretch.start };
      await gather(stretch, await howMany(stretch));
    }
  }

  let end: number | null = null;
  for (const start of likely) {
    if (start >= (end ?? newest)) continue;
    const stretch: Stretch = { start, end };
    const there = await howMany(stretch);
    if (there > few) await walk(stretch);
    else if (there > 0) await read(stretch);
    if (found.length >= count) return found;
    end = start;
  }
  if (end !== 0) await walk({ start: 0, end });
  return found;
}

/** Up to the position, and of the position's own instant what sorts after it. */
function upToPosition(position: Position | null): Window {
  if (position === null) return {};
  const { queuedAt, _id } = position;
  return { queuedAt: { $lte: queuedAt }, $nor: [{ queuedAt, _id: { $gte: _id } }] };
}
