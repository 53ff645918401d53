import mongoose from 'mongoose';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { UserSummaryModel } from '../../server/models/UserSummaryModel.ts';
import { OPEN_STATES } from '../../server/Services/BackgroundJobs/recording/states.ts';
import type { AcceptedRun } from './acceptedRuns.ts';

/** A write that took effect, as tests/e2e/effects.mjs lets it leave its trace. */
interface Applied {
  runId: string;
  runSeq: number;
}

/** A write that was answered, as tests/e2e/effects.mjs keeps it. */
interface Write {
  userId: string;
  runId: string;
  outcome: 'saved' | 'kept';
}

/** A user's summary with the traces in it, in the order in which they were left. */
interface Effect {
  userId: mongoose.Types.ObjectId;
  applied?: Record<string, Applied>;
}

const executions = () => mongoose.connection.collection('executions');
const writes = () => mongoose.connection.collection<Write>('writes');
const effects = () => mongoose.connection.collection<Effect>(UserSummaryModel.collection.name);
const appliedOf = ({ applied = {} }: Effect) => Object.values(applied);
const idsOf = (runs: readonly AcceptedRun[]) => runs.map(({ runId }) => runId);

/** Those of these jobs that have no final state yet, or not even a record. */
export async function openAmong(jobIds: ReadonlySet<string>): Promise<Set<string>> {
  if (jobIds.size === 0) return new Set();
  const ended = await JobStatusModel.find(
    { _id: { $in: [...jobIds] }, status: { $nin: [...OPEN_STATES] } },
    { _id: 1 },
  ).lean();
  const open = new Set(jobIds);
  for (const { _id } of ended) open.delete(_id);
  return open;
}

/** What the records say of the jobs that ended last, to tell why they were late. */
export async function lastToEnd(runs: readonly AcceptedRun[]): Promise<string> {
  const last = await JobStatusModel.find(
    { runId: { $in: idsOf(runs) } },
    { _id: 0, status: 1, generation: 1, starts: 1, attempts: 1, queuedAt: 1, finishedAt: 1 },
  )
    .sort({ updatedAt: -1 })
    .limit(5)
    .lean();
  return last.map((job) => JSON.stringify(job)).join('\n');
}

/** How many starts there were in these runs, those of one job counted as often as they were. */
export function executionsOf(runs: readonly AcceptedRun[]): Promise<number> {
  return executions().countDocuments({ runId: { $in: idsOf(runs) } });
}

/** When the first job after this instant was completed; null if none was yet. */
export async function firstCompletionAfter(instant: number): Promise<number | null> {
  const first = await JobStatusModel.findOne(
    { status: 'completed', finishedAt: { $gt: new Date(instant) } },
    { finishedAt: 1 },
  )
    .sort({ finishedAt: 1 })
    .lean();
  return first?.finishedAt?.getTime() ?? null;
}

/** The names of the workers that completed jobs after this instant. */
export async function workersThatCompletedAfter(instant: number): Promise<string[]> {
  const names = await JobStatusModel.distinct('worker', {
    status: 'completed',
    finishedAt: { $gt: new Date(instant) },
  });
  return names.filter((name) => name !== null);
}

/**
 * Effects that should not have been: a run's beyond its first at one user, and an older run's over
 * that of a newer.
 */
export async function appliedTwice(): Promise<number> {
  let twice = 0;
  for await (const effect of effects().find()) {
    let newest = 0;
    for (const { runSeq } of appliedOf(effect)) {
      if (runSeq <= newest) twice += 1;
      newest = Math.max(newest, runSeq);
    }
  }
  return twice;
}

/** The jobs whose summary was written more than once, to whatever effect. */
export async function writtenAgain(runs: readonly AcceptedRun[]): Promise<string[]> {
  const again = await writes()
    .aggregate<{ _id: { runId: string; userId: string } }>([
      { $match: { runId: { $in: idsOf(runs) } } },
      { $group: { _id: { runId: '$runId', userId: '$userId' }, times: { $sum: 1 } } },
      { $match: { times: { $gt: 1 } } },
    ])
    .toArray();
  return again.map(({ _id: { runId, userId } }) => `user-data-${runId}-${userId}`);
}

/**
 * Jobs recorded as completed whose effect is not there, neither their run's nor a newer one's, and
 * those of which the writer said that it was, though it never was.
 */
export async function completedWithoutEffect(runs: readonly AcceptedRun[]): Promise<string[]> {
  const applied = new Map<string, Applied[]>();
  for await (const effect of effects().find()) {
    applied.set(effect.userId.toHexString(), appliedOf(effect));
  }
  const completed = await JobStatusModel.find(
    { runId: { $in: idsOf(runs) }, status: 'completed' },
    { userId: 1, runSeq: 1 },
  ).lean();
  const missing = completed
    .filter(({ userId, runSeq }) => {
      const there = applied.get(userId.toHexString()) ?? [];
      return !there.some((each) => each.runSeq >= runSeq);
    })
    .map(({ _id }) => _id);
  const saved = await writes()
    .find({ runId: { $in: idsOf(runs) }, outcome: 'saved' })
    .toArray();
  const untrue = saved
    .filter(({ userId, runId }) => !applied.get(userId)?.some((each) => each.runId === runId))
    .map(({ userId, runId }) => `user-data-${runId}-${userId}`);
  return [...new Set([...missing, ...untrue])];
}
