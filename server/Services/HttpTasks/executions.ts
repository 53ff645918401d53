import {
  type HttpAttempt,
  type HttpExecutionDoc,
  HttpExecutionModel,
} from '../../models/HttpExecutionModel.ts';
import type { HttpJobDoc, TaskWay } from '../../models/HttpJobModel.ts';
import { unlessTaken } from '../../models/unlessTaken.ts';

/** A job's newest executions that are kept, however old they are. */
const KEPT = 100;
const DAY_MS = 86_400_000;

export type Trigger = HttpExecutionDoc['trigger'];

interface Beginning {
  jobId: string;
  trigger: Trigger;
  scheduledAt: Date;
  way?: TaskWay;
}

/** Writes down an execution that was put in; the same again changes nothing. */
export async function recordExecution(
  job: Pick<
    HttpJobDoc,
    '_id' | 'name' | 'apiUrl' | 'destination' | 'maxRetryCount' | 'timeoutSeconds'
  >,
  { jobId, trigger, scheduledAt, way = 'queue' }: Beginning,
): Promise<void> {
  // The worker that took it meanwhile may be first.
  await unlessTaken(() =>
    HttpExecutionModel.updateOne(
      { _id: jobId },
      {
        $setOnInsert: {
          httpJobId: job._id,
          name: job.name,
          way,
          apiUrl: job.apiUrl,
          destination: job.destination,
          maxRetryCount: job.maxRetryCount,
          timeoutSeconds: job.timeoutSeconds,
          trigger,
          createdAt: new Date(),
          scheduledAt,
          attempts: [],
          countFrom: 0,
          since: scheduledAt,
          retryCount: 0,
          held: 0,
          isHeld: false,
          current: null,
          outcome: null,
          error: null,
          finishedAt: null,
        },
      },
      { upsert: true },
    ),
  );
}

/**
 * Notes that a call begins. One that was under way and told no end was interrupted: its process is gone,
 * or handed it back. An execution that had ended was retried by hand, and counts anew.
 * @returns the execution as it stands then.
 */
export async function beginAttempt(jobId: string, worker: string): Promise<HttpExecutionDoc> {
  const now = new Date();
  const before = await HttpExecutionModel.findOneAndUpdate(
    { _id: jobId },
    { $set: { current: { startedAt: now, worker }, isHeld: false } },
    { returnDocument: 'before' },
  ).lean<HttpExecutionDoc>();
  if (before === null) throw new Error(`There is no execution ${jobId}.`);
  const attempts = [...before.attempts, ...interruptedIn(before, now)];
  const anew =
    before.outcome === null
      ? {}
      : {
          ...{ outcome: null, error: null, finishedAt: null, retryCount: 0 },
          countFrom: attempts.length,
          since: now,
        };
  if (attempts.length > before.attempts.length || before.outcome !== null) {
    await HttpExecutionModel.updateOne({ _id: jobId }, { $set: { attempts, ...anew } });
  }
  return { ...before, ...anew, attempts };
}

function interruptedIn({ current }: HttpExecutionDoc, now: Date): HttpAttempt[] {
  return current === null ? [] : [interruptedAttempt({ ...current, finishedAt: now, error: null })];
}

/** An attempt that was ended before its call told anything. */
export function interruptedAttempt(
  known: Pick<HttpAttempt, 'startedAt' | 'finishedAt' | 'worker' | 'error'>,
): HttpAttempt {
  return {
    ...known,
    outcome: 'interrupted',
    status: null,
    timings: null,
    bytes: 0,
    answer: null,
    redirects: 0,
    hostFailure: false,
  };
}

/** Writes down how an attempt ended, and with it perhaps the execution. */
export async function endAttempt(
  jobId: string,
  attempt: HttpAttempt,
  then: Pick<HttpExecutionDoc, 'retryCount' | 'outcome' | 'error'>,
): Promise<void> {
  await HttpExecutionModel.updateOne(
    { _id: jobId },
    {
      $push: { attempts: attempt },
      $set: { current: null, ...then, finishedAt: then.outcome === null ? null : new Date() },
    },
  );
}

/** Ends an execution whose last attempt is written down already, or that had none. */
export async function endExecution(
  jobId: string,
  outcome: 'failed' | 'cancelled',
  error: HttpExecutionDoc['error'],
): Promise<void> {
  await HttpExecutionModel.updateOne(
    { _id: jobId },
    { $set: { outcome, error, current: null, isHeld: false, finishedAt: new Date() } },
  );
}

/** Notes that a task has to wait for its destination. @returns how often it had to until now. */
export async function noteHeld(jobId: string): Promise<number> {
  const noted = await HttpExecutionModel.findOneAndUpdate(
    { _id: jobId },
    { $inc: { held: 1 }, $set: { isHeld: true } },
    { returnDocument: 'after', projection: { held: 1 } },
  ).lean();
  return noted?.held ?? 1;
}

/** Removes a job's executions that are neither among the newest hundred nor younger than so many days. */
export async function pruneExecutions(httpJobId: string, retentionDays: number): Promise<void> {
  const [oldestKept] = await HttpExecutionModel.find({ httpJobId }, { createdAt: 1 })
    .sort({ createdAt: -1, _id: -1 })
    .skip(KEPT)
    .limit(1)
    .lean();
  if (oldestKept === undefined) return;
  const cutoff = new Date(Date.now() - retentionDays * DAY_MS);
  const before = oldestKept.createdAt < cutoff ? oldestKept.createdAt : cutoff;
  await HttpExecutionModel.deleteMany({ httpJobId, createdAt: { $lte: before } });
}

/** How many tasks each destination keeps waiting. */
export async function heldByDestination(): Promise<Map<string, number>> {
  const counted = await HttpExecutionModel.aggregate<{ _id: string; held: number }>([
    { $match: { isHeld: true } },
    { $group: { _id: '$destination', held: { $sum: 1 } } },
  ]);
  return new Map(counted.map(({ _id, held }) => [_id, held]));
}
