import type { Position } from './positionCursor.ts';

/** A stretch of time in which to look, as conditions on records; what is absent is open to that side. */
export interface Window {
  queuedAt?: { $gte?: Date; $lt?: Date; $lte?: Date };
  $nor?: [{ queuedAt: Date; _id: { $gte: string } }];
}

/** How records are looked for in a window of time. */
export interface Look<Doc> {
  /** When some of them were queued, in whatever order; all of them, if there are fewer than `most`. */
  times(window: Window, most: number): Promise<readonly Date[]>;
  /** The newest of them, in order. */
  read(window: Window, limit: number): Promise<Doc[]>;
}

/** So many records are sorted at once without anybody noticing; of a long page, twice the page. */
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

/**
 * Reads the newest records after a position until there are `count`. A database that sorts what it found, instead
 * of walking an index in order, would sort the whole history for one page; so it is given a window of time that
 * holds few. Windows become longer until the page is full, and one that holds many is halved. Together they
 * cover all time, the future too: clocks of several machines differ.
 */
export async function readNewestFirst<Doc>(
  { position, count }: { position: Position | null; count: number },
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

  const timesIn = (stretch: Stretch) => look.times(windowOf(stretch), few + 1);

  /**
   * Adds what is in a stretch, of which these are some times, or all if they are few, until the page is full. One
   * that holds many is cut amid the times, which are the newest where a database follows its index; each second time
   * in the middle, because they may be any.
   */
  async function gather(
    { start, end }: Stretch,
    times: readonly Date[],
    amidTimes = true,
  ): Promise<void> {
    if (times.length === 0) return;
    const until = end ?? newest;
    if (times.length <= few || until - start <= INSTANT_MS) {
      found.push(...(await look.read(windowOf({ start, end }), count - found.length)));
      return;
    }
    const middle = start + Math.ceil((until - start) / 2);
    const amid = amidTimes ? medianOf(times) : middle;
    const at = amid > start && amid < until ? amid : middle;
    const later = { start: at, end };
    await gather(later, await timesIn(later), !amidTimes);
    if (found.length >= count) return;
    const earlier = { start, end: at };
    await gather(earlier, await timesIn(earlier));
  }

  const all = { start: 0, end: null };
  let stretch: Stretch = { start: newest - FIRST_MS, end: null };
  const [inAll, inFirst] = await Promise.all([timesIn(all), timesIn(stretch)]);
  if (inAll.length <= few) return look.read(windowOf(all), count);
  await gather(stretch, inFirst);
  for (let ms = FIRST_MS * GROWTH; found.length < count && stretch.start > 0; ms *= GROWTH) {
    stretch = { start: Math.max(0, stretch.start - ms), end: stretch.start };
    await gather(stretch, await timesIn(stretch));
  }
  return found;
}

function medianOf(times: readonly Date[]): number {
  const sorted = times.map(Number).sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Up to the position, and of the position's own instant what sorts after it. */
function upToPosition(position: Position | null): Window {
  if (position === null) return {};
  const { queuedAt, _id } = position;
  return { queuedAt: { $lte: queuedAt }, $nor: [{ queuedAt, _id: { $gte: _id } }] };
}
