import mongoose from 'mongoose';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { UserSummaryModel } from '../../server/models/UserSummaryModel.ts';
import { userDataJobId } from '../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { OPEN_STATES } from '../../server/Services/BackgroundJobs/recording/states.ts';
import { TRACE } from '../e2e/trace.mjs';
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
  runSeq: number;
  outcome: 'saved' | 'kept';
  /** The process that wrote. */
  pid: number;
  at: Date;
  /** Under which name its trace is in the summary, if it took effect. */
  start: string;
}

/** A user's summary with the traces in it, in the order in which they were left. */
interface Effect {
  userId: mongoose.Types.ObjectId;
  [field: string]: unknown;
}

const executions = () => mongoose.connection.collection('executions');
const writes = () => mongoose.connection.collection<Write>('writes');
const effects = () => mongoose.connection.collection<Effect>(UserSummaryModel.collection.name);
const tracesIn = (effect: Effect) =>
  Object.entries(effect).filter(([name]) => name.startsWith(TRACE));
const appliedOf = (effect: Effect) => tracesIn(effect).map(([, trace]) => trace as Applied);
const idsOf = (runs: readonly Pick<AcceptedRun, 'runId'>[]) => runs.map(({ runId }) => runId);

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
export function executionsOf(runs: readonly Pick<AcceptedRun, 'runId'>[]): Promise<number> {
  return executions().countDocuments({ runId: { $in: idsOf(runs) } });
}

/** How many starts there were since this instant in the process `pid`. */
export function startsBy(pid: number, since: Date): Promise<number> {
  return executions().countDocuments({ pid, at: { $gt: since } });
}

/** How many writes took effect since this instant, epoch milliseconds. */
export function writesSince(instant: number): Promise<number> {
  return writes().countDocuments({ at: { $gt: new Date(instant) } });
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
  return again.map(({ _id }) => jobOf(_id));
}

/** The jobs, of whatever run, that duplicates in these runs were left to. */
export async function holdersOf(runs: readonly AcceptedRun[]): Promise<Set<string>> {
  const holders = await JobStatusModel.distinct('duplicateOf', { runId: { $in: idsOf(runs) } });
  return new Set(holders.filter((id) => id !== null));
}

/**
 * Jobs of these runs that ended otherwise than done: failed or cancelled, completed without an answered
 * write of their own, or a duplicate of a job that was not completed.
 * @param mayFail users whose jobs are not judged
 */
export async function endedUndone(
  runs: readonly AcceptedRun[],
  mayFail: readonly string[],
): Promise<string[]> {
  const ended = await JobStatusModel.find(
    { runId: { $in: idsOf(runs) }, userId: { $nin: mayFail }, status: { $nin: [...OPEN_STATES] } },
    { userId: 1, runId: 1, status: 1, duplicateOf: 1 },
  ).lean();
  const holders = await JobStatusModel.find(
    { _id: { $in: ended.flatMap(({ duplicateOf }) => duplicateOf ?? []) }, status: 'completed' },
    { _id: 1 },
  ).lean();
  const completed = new Set(holders.map(({ _id }) => _id));
  const written = new Set((await writesIn(runs)).map(jobOf));
  return ended
    .filter((job) => {
      if (job.status === 'completed') return !written.has(job._id);
      return job.status !== 'duplicate' || !completed.has(job.duplicateOf ?? '');
    })
    .map(({ _id, status }) => `${_id} (${status})`);
}

/** Answers of the writer that are not true: it saved what is not there, or kept nothing as new. */
export async function untrueWrites(runs: readonly AcceptedRun[]): Promise<string[]> {
  const applied = new Map<string, Applied[]>();
  for await (const effect of effects().find()) {
    applied.set(effect.userId.toHexString(), appliedOf(effect));
  }
  const isTrue = ({ userId, runId, runSeq, outcome }: Write) =>
    (applied.get(userId) ?? []).some((each) =>
      outcome === 'saved' ? each.runId === runId : each.runSeq >= runSeq,
    );
  return (await writesIn(runs)).filter((write) => !isTrue(write)).map(jobOf);
}

/** All writes that were answered in these runs. */
export function writesIn(runs: readonly Pick<AcceptedRun, 'runId'>[]): Promise<Write[]> {
  return writes()
    .find({ runId: { $in: idsOf(runs) } })
    .toArray();
}

/** Those of these writes of which the summary has no trace. */
export async function withoutEffect(written: readonly Write[]): Promise<Write[]> {
  const traces = new Set<string>();
  for await (const effect of effects().find()) {
    for (const [name] of tracesIn(effect)) traces.add(name.slice(TRACE.length));
  }
  return written.filter(({ start }) => !traces.has(start));
}

/** The id of this user's job in this run. */
export function jobOf({ runId, userId }: Pick<Write, 'runId' | 'userId'>): string {
  return userDataJobId(runId, userId);
}
