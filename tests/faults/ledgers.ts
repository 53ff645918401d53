import mongoose from 'mongoose';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../server/models/system/RunModel.ts';
import { OPEN_STATES } from '../../server/Services/BackgroundJobs/recording/states.ts';
import type { AcceptedRun } from './acceptedRuns.ts';

/** The effects that workers left, as tests/e2e/pacedWorker.mjs writes them. */
interface Effect {
  _id: mongoose.Types.ObjectId;
  runSeq: number;
  /** The runs that applied it, in order. */
  runs: string[];
}

const executions = () => mongoose.connection.collection('executions');
const effects = () => mongoose.connection.collection<Effect>('effects');

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
  const runIds = runs.map(({ runId }) => runId);
  const last = await JobStatusModel.find(
    { runId: { $in: runIds } },
    { _id: 0, status: 1, generation: 1, starts: 1, attempts: 1, queuedAt: 1, finishedAt: 1 },
  )
    .sort({ updatedAt: -1 })
    .limit(5)
    .lean();
  return last.map((job) => JSON.stringify(job)).join('\n');
}

/** How many jobs were executed in these runs, doubled executions counted as often as they were. */
export function executionsOf(runs: readonly AcceptedRun[]): Promise<number> {
  return executions().countDocuments({ runId: { $in: runs.map(({ runId }) => runId) } });
}

/** When the first execution after this instant was; null if there was none yet. */
export async function firstExecutionAfter(instant: number): Promise<number | null> {
  const [first] = await executions()
    .find<{ at: Date }>({ at: { $gt: new Date(instant) } })
    .sort({ at: 1 })
    .limit(1)
    .toArray();
  return first === undefined ? null : first.at.getTime();
}

/** Effects that one run applied more than once to one user: how often beyond the first. */
export async function appliedTwice(): Promise<number> {
  let twice = 0;
  for await (const { runs } of effects().find()) twice += runs.length - new Set(runs).size;
  return twice;
}

/**
 * Jobs recorded as completed whose effect is not there: neither their run's nor a newer one's.
 */
export async function completedWithoutEffect(runs: readonly AcceptedRun[]): Promise<string[]> {
  const runIds = runs.map(({ runId }) => runId);
  const completed = await JobStatusModel.find(
    { runId: { $in: runIds }, status: 'completed' },
    { userId: 1, runSeq: 1 },
  ).lean();
  const runSeqs = new Map<string, number>();
  for await (const { _id, runSeq } of effects().find()) runSeqs.set(_id.toHexString(), runSeq);
  return completed
    .filter(({ userId, runSeq }) => (runSeqs.get(userId.toHexString()) ?? 0) < runSeq)
    .map(({ _id }) => _id);
}

/**
 * Records beyond those that were accepted: a second one of a user in a run, a second run of a key,
 * a run that nobody was told of, a job of a user that its run was not asked for.
 */
export async function doubledRecords(runs: readonly AcceptedRun[]): Promise<number> {
  const known = new Set(runs.map(({ runId }) => runId));
  const keys = runs.map(({ key }) => key);
  const begun = await RunModel.find({ 'request.key': { $in: keys } }, { _id: 1 }).lean();
  const strayRuns = begun.filter(({ _id }) => !known.has(_id)).length;
  const jobs = await JobStatusModel.aggregate<{ records: number }>([
    { $match: { runId: { $in: [...known] } } },
    { $group: { _id: { runId: '$runId', userId: '$userId' }, records: { $sum: 1 } } },
  ]);
  const records = jobs.reduce((sum, each) => sum + each.records, 0);
  const asked = runs.reduce((sum, { userIds }) => sum + userIds.length, 0);
  return strayRuns + (records - jobs.length) + Math.max(0, jobs.length - asked);
}
