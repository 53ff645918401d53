import { mongo } from 'mongoose';
import { ownTurn } from '../../config/ownTurn.ts';
import { DURABLE } from '../durable.ts';
import { isLostRaceCode, untilNoneLost } from '../lostRaces.ts';
import { DUPLICATE_KEY, writeErrorsOf } from '../mongoErrors.ts';
import type { JobStatusDoc } from './JobStatusModel.ts';
import { jobRecords } from './jobRecords.ts';

/** A record that is not there yet; its user's id as text. */
export type NewJobRecord = Omit<JobStatusDoc, 'userId'> & { userId: string | null };

const SLICE = 250;

/**
 * Inserts records durably, in a few writes in flight. All fields are to be given, in the form in which they are stored.
 * @returns by position, for those that were not inserted, the name of the unique index that was in
 * the way: `_id_` where a record of this id is there.
 * @throws the driver's error when anything else went wrong.
 */
export async function insertJobRecords(
  records: readonly NewJobRecord[],
): Promise<Map<number, string>> {
  if (records.length === 0) return new Map();
  const documents = records.map(({ userId, ...record }) => ({
    ...record,
    userId: userId === null ? null : new mongo.ObjectId(userId),
  }));
  const inTheWay = new Map<number, string>();
  await untilNoneLost([...documents.entries()], async (left, mayLose) => {
    const documentsLeft = left.map(([, document]) => document);
    const failures = await inSlices(documentsLeft, (slice) => failuresOf(slice, mayLose));
    return failures.flatMap(({ index, code, errmsg }) => {
      const entry = left[index];
      if (entry === undefined) return [];
      if (code !== DUPLICATE_KEY) return [entry];
      inTheWay.set(entry[0], indexNamed(errmsg ?? ''));
      return [];
    });
  });
  return inTheWay;
}

type Failure = Pick<mongo.WriteError, 'index' | 'code' | 'errmsg'>;

/**
 * Writes them in slices. Each is turned into BSON in a turn of the event loop of its own: a thousand
 * records at once would keep requests waiting for 20 ms and more. All slices are in flight together, but
 * where two records have one key: the first of them is to stand.
 */
async function inSlices(
  documents: readonly JobStatusDoc[],
  write: (slice: readonly JobStatusDoc[]) => Promise<Failure[]>,
): Promise<Failure[]> {
  async function slice(start: number): Promise<Failure[]> {
    await ownTurn();
    const failures = await write(documents.slice(start, start + SLICE));
    return failures.map(({ index, code, errmsg }) => ({ index: start + index, code, errmsg }));
  }
  const starts = Array.from({ length: Math.ceil(documents.length / SLICE) }, (_, n) => n * SLICE);
  if (!holdsRepeat(documents)) return (await Promise.all(starts.map(slice))).flat();
  const failures: Failure[] = [];
  for (const start of starts) failures.push(...(await slice(start)));
  return failures;
}

/** Whether two of them have one key, or one `unique`. */
function holdsRepeat(documents: readonly JobStatusDoc[]): boolean {
  const holds = documents.flatMap(({ kind, keyHeld, uniqueHeld }) => [
    ...(keyHeld === undefined ? [] : [`${kind} key ${keyHeld}`]),
    ...(uniqueHeld === undefined ? [] : [`${kind} unique ${uniqueHeld}`]),
  ]);
  return new Set(holds).size < holds.length;
}

/** Inserts what it can; answers with the writes that met another record or, if they may, another writer. */
async function failuresOf(
  documents: readonly JobStatusDoc[],
  mayLoseRaces: boolean,
): Promise<mongo.WriteError[]> {
  try {
    await jobRecords().insertMany(documents, { ordered: false, writeConcern: DURABLE });
    return [];
  } catch (error) {
    const failures = writeErrorsOf(error);
    const areConflicts = failures.every(
      ({ code }) => code === DUPLICATE_KEY || (mayLoseRaces && isLostRaceCode(code)),
    );
    if (!areConflicts) throw error;
    return failures;
  }
}

/** MongoDB and FerretDB both name the index in the text; the key pattern is MongoDB's alone. */
function indexNamed(message: string): string {
  return /index: (\S+)/.exec(message)?.[1] ?? message;
}
