import { groupBy } from '../../config/groupBy.ts';
import { bulkWriteFailures, type WriteFailure } from '../../models/bulkWriteFailures.ts';
import { driverCollection, readStored } from '../../models/driverCollection.ts';
import { DURABLE } from '../../models/durable.ts';
import { retryLostRaces } from '../../models/lostRaces.ts';
import { newObjectId, objectId } from '../../models/objectIds.ts';
import { setEach } from '../../models/setEach.ts';
import { type CustomerScore, UserSummaryModel } from '../../models/UserSummaryModel.ts';
import type { SaveOutcome } from './userDataAccess.ts';

export interface SummaryWrite {
  readonly userId: string;
  readonly score: CustomerScore;
  readonly asOf: string;
  readonly runSeq: number;
  readonly backfill: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes many summaries together, each behind its fence, and answers in their order. What was
 * aborted by then is not sent.
 */
export async function saveSummaries(
  writes: readonly SummaryWrite[],
): Promise<(SaveOutcome | Error)[]> {
  // In one order in all processes: two that write for the same users must not wait for each other.
  const due = writes.filter(({ signal }) => !signal.aborted).sort(byUser);
  const outcomes = await writeFenced(due);
  return writes.map((write) => outcomes.get(write) ?? abortReason(write.signal));
}

const IN_BULK = { ordered: false, writeConcern: DURABLE } as const;

function byUser(left: SummaryWrite, right: SummaryWrite): number {
  if (left.userId === right.userId) return 0;
  return left.userId < right.userId ? -1 : 1;
}

function summaries() {
  return driverCollection(UserSummaryModel);
}

type Outcomes = Map<SummaryWrite, SaveOutcome | Error>;

/** Looks at what is there, writes what may go, and again until each has its outcome. */
async function writeFenced(writes: readonly SummaryWrite[]): Promise<Outcomes> {
  if (writes.length === 0) return new Map();
  const current = await currentFences(writes);
  const outcomes: Outcomes = new Map();
  const absent: SummaryWrite[] = [];
  const older: SummaryWrite[] = [];
  for (const write of writes) {
    const fence = current.get(write.userId);
    if (fence === undefined) absent.push(write);
    else if (mayReplace(write, fence)) older.push(write);
    else outcomes.set(write, fence.runSeq === write.runSeq ? 'saved' : 'kept');
  }
  const [failures, replaced] = await Promise.all([insert(absent), replace(older)]);
  // Those that met another process at the same user.
  const unsure: SummaryWrite[] = [];
  if (replaced < older.length) unsure.push(...older);
  else for (const write of older) outcomes.set(write, 'saved');
  for (const [position, write] of absent.entries()) {
    const failure = failures.get(position);
    if (failure === undefined) outcomes.set(write, 'saved');
    else if (failure.isConflict) unsure.push(write);
    else outcomes.set(write, failure.error);
  }
  for (const each of await writeFenced(unsure)) outcomes.set(...each);
  return outcomes;
}

interface Fence {
  readonly runSeq: number;
  readonly asOf: string;
}

/** The fence; `precedence` states the same for the database, which has the last word. */
function mayReplace({ runSeq, asOf, backfill }: SummaryWrite, current: Fence): boolean {
  return current.runSeq < runSeq && (backfill || current.asOf <= asOf);
}

async function currentFences(writes: readonly SummaryWrite[]): Promise<ReadonlyMap<string, Fence>> {
  const found = await readStored(
    UserSummaryModel,
    { userId: { $in: writes.map(({ userId }) => objectId(userId)) } },
    { fields: ['userId', 'runSeq', 'asOf'], atMost: writes.length },
  );
  return new Map(found.map(({ userId, ...fence }) => [userId.toHexString(), fence]));
}

/** Inserts summaries of users who have none. @returns by position, those that were not inserted. */
async function insert(writes: readonly SummaryWrite[]): Promise<ReadonlyMap<number, WriteFailure>> {
  if (writes.length === 0) return new Map();
  const documents = writes.map((write) => ({
    _id: newObjectId(),
    userId: objectId(write.userId),
    ...fieldsOf(write),
  }));
  try {
    await summaries().insertMany(documents, IN_BULK);
    return new Map();
  } catch (error) {
    return bulkWriteFailures(error);
  }
}

/**
 * Puts scores in the place of older ones, each behind its fence as it stands at that moment.
 * @returns how many it found that it may replace.
 */
async function replace(writes: readonly SummaryWrite[]): Promise<number> {
  if (writes.length === 0) return 0;
  const ofOneRun = groupBy(writes, ({ runSeq, asOf, backfill }) => [runSeq, asOf, backfill].join());
  const operations = [...ofOneRun.values()].map((group) =>
    setEach(
      group.map((write) => ({ key: objectId(write.userId), fields: fieldsOf(write) })),
      { by: 'userId', unless: precedence(group[0]) },
    ),
  );
  const { matchedCount } = await retryLostRaces(() => summaries().bulkWrite(operations, IN_BULK));
  return matchedCount;
}

/** The summaries that stay: those of a newer run or, but for a backfill, of a newer day. */
function precedence({ runSeq, asOf, backfill }: SummaryWrite): Record<string, unknown>[] {
  return [{ runSeq: { $gte: runSeq } }, ...(backfill ? [] : [{ asOf: { $gt: asOf } }])];
}

function fieldsOf({ score, asOf, runSeq }: SummaryWrite) {
  return { ...score, asOf, runSeq };
}

function abortReason({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
