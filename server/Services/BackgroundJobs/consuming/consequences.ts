import { DelayedError, type Job, UnrecoverableError, WaitingError } from 'bullmq';
import { Cancelled } from '../jobs/outcomes.ts';
import type { RetentionDays } from '../recording/expiry.ts';
import type { JobNotes } from '../recording/jobNotes.ts';
import type { Recorder } from '../recording/recorder.ts';
import { postpone, recordCancelled } from '../recording/settle.ts';
import { HandedBack } from './deadline.ts';
import type { ServedJob } from './execute.ts';
import { type FailureOf, failureText } from './failureText.ts';
import type { JobLog } from './jobLog.ts';
import { attemptOf, recordOfEvent } from './jobRecords.ts';
import { gaveUp, laterTime } from './laterTime.ts';
import { type Outcome, outcomeOf } from './outcomes.ts';
import { NotYetKnown, PutBack } from './putBack.ts';

/** An administrator wants the job cancelled, as the intents said that this worker read last. */
export class CancelledByAdmin extends Cancelled {
  constructor() {
    super('Cancelled by an administrator.');
  }
}

/** How often a job may find its dependencies away at no cost, though they answer others. */
const FREE_HAND_BACKS = 10;

interface ConsequenceOptions {
  /** By kind: those of this queue. */
  jobs: ReadonlyMap<string, ServedJob>;
  recorder: Recorder;
  notes: Pick<JobNotes, 'attempt'>;
  failureOf: FailureOf;
  retentionDays: RetentionDays;
  /** Whether all dependencies answer and take writes at this moment; never rejects. */
  dependenciesAnswer: () => Promise<boolean>;
  /** Called when the work failed because a dependency is away. */
  onDependencyAway: (error: unknown) => void;
  /** The database's clock, epoch milliseconds. */
  now: () => number;
  log: JobLog;
}

/**
 * Decides what becomes of a job whose work threw this.
 * @returns normally when its record says so already, and Redis may forget the job.
 * @throws what BullMQ is to be told otherwise.
 */
export type SettleOrThrow = (error: unknown, job: Job, token: string | undefined) => Promise<void>;

/** The consequences of errors in one worker. */
export function createConsequences(options: ConsequenceOptions): SettleOrThrow {
  const { recorder, notes, failureOf, log } = options;

  /** Writes down what a job asked for that ends here without success or failure. */
  async function settled(error: unknown, job: Job): Promise<boolean> {
    const outcome = outcomeOf(error);
    if (outcome !== 'later' && outcome !== 'cancel') return false;
    const start = recordOfEvent(job, 'active');
    if (start === null) return false;
    if (outcome === 'cancel') {
      const failure = failureOf(error);
      await recordCancelled(start, failure.message, {
        retentionDays: options.retentionDays,
        requested: error instanceof CancelledByAdmin,
      });
      notes.attempt(start.jobId, attemptOf(start, 'cancelled', failure));
      return true;
    }
    const { runAt, giveUpAfterMs } = laterTime(
      error,
      options.jobs.get(job.name),
      new Date(options.now()),
    );
    const since = await postpone(start, runAt, giveUpAfterMs);
    if (since !== null) throw gaveUp(since, error);
    notes.attempt(start.jobId, attemptOf(start, 'postponed', failureOf(error)));
    return true;
  }

  /** What BullMQ is to be told of an error. */
  async function consequence(error: unknown, job: Job, token: string | undefined): Promise<Error> {
    if (error instanceof PutBack) {
      if (error instanceof NotYetKnown) {
        log.warn('Job handed back: a newer worker will know it', { queueId: job.id, error });
      }
      await job.moveToDelayed(error.until, token);
      return new DelayedError();
    }
    const outcome = await outcomeFor(error, job);
    if (outcome === 'infrastructure') {
      if (!(error instanceof HandedBack)) options.onDependencyAway(error);
      await job.moveToWait(token);
      const record = recordOfEvent(job, 'queued');
      if (record !== null) {
        recorder.record(record);
        notes.attempt(record.jobId, attemptOf(record, 'handed-back', failureOf(error)));
      }
      return new WaitingError();
    }
    const text = failureText(failureOf(error));
    return outcome === 'fail' ? new UnrecoverableError(text) : new Error(text, { cause: error });
  }

  /** A job that is handed back again and again while all dependencies answer is charged an attempt. */
  async function outcomeFor(error: unknown, job: Job): Promise<Outcome> {
    if (error instanceof HandedBack) return 'infrastructure';
    const outcome = outcomeOf(error);
    if (outcome !== 'infrastructure' || handBacksOf(job) < FREE_HAND_BACKS) return outcome;
    return (await options.dependenciesAnswer()) ? 'retry' : outcome;
  }

  return async (error, job, token) => {
    const cause = await settled(error, job).catch((failure: unknown) => ({ failure }));
    if (cause === true) return;
    throw await consequence(cause === false ? error : cause.failure, job, token);
  };
}

/** Earlier starts of this generation that cost nothing: neither an attempt nor a crash. */
function handBacksOf({ attemptsStarted, attemptsMade, stalledCounter }: Job): number {
  return attemptsStarted - 1 - attemptsMade - stalledCounter;
}
