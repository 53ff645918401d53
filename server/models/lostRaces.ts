import { setTimeout as delay } from 'node:timers/promises';
import { mongo } from 'mongoose';

/**
 * A server's answer that it undid one write for another's sake: MongoDB's WriteConflict, and
 * PostgreSQL's 40P01 (deadlock detected) as FerretDB answers it of a single write. Two inserts of one
 * unique key at once are enough for the latter.
 */
const LOST_RACES: ReadonlySet<number> = new Set([112, 16_908_292]);

/** How often a write is tried that loses each time. */
export const LOST_RACE_TRIES = 8;
const PAUSE_MS = 5;

/** Whether this code says that another writer won, and that the same write may succeed now. */
export function isLostRaceCode(code: unknown): boolean {
  return typeof code === 'number' && LOST_RACES.has(code);
}

/** Waits before a write is tried again: longer each time, and not as long as the other one waits. */
async function pauseAfterLostRace(tries: number): Promise<void> {
  await delay(PAUSE_MS * 2 ** tries * (0.5 + Math.random()));
}

/**
 * Writes one document, and again where another writer won a race for it.
 * @throws the last answer when the write has lost eight times in a row; any other error at once.
 */
export async function retryLostRaces<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (tries + 1 === LOST_RACE_TRIES || !isLostRace(error)) throw error;
      await pauseAfterLostRace(tries);
    }
  }
}

/**
 * Writes many, and again those that lost a race: all others are written, and would be so twice.
 * @param write answers with those that lost one, or throws; where they may not, at the last try, it throws.
 */
export async function untilNoneLost<Item>(
  items: readonly Item[],
  write: (left: readonly Item[], mayLose: boolean) => Promise<readonly Item[]>,
): Promise<void> {
  let left = items;
  for (let tries = 0; left.length > 0; tries += 1) {
    left = await write(left, tries + 1 < LOST_RACE_TRIES);
    if (left.length > 0) await pauseAfterLostRace(tries);
  }
}

/**
 * In PostgreSQL's words, and in DocumentDB's where one of its connections missed that a collection of
 * this name was dropped and made again: the next try may come by another connection.
 */
const LOST = /deadlock detected|Unable to create the specified collection/;

/** Whether this error says that another writer won. FerretDB answers a whole command with InternalError. */
export function isLostRace(error: unknown): boolean {
  if (!(error instanceof mongo.MongoServerError)) return false;
  return isLostRaceCode(error.code) || (error.code === 1 && LOST.test(error.message));
}
