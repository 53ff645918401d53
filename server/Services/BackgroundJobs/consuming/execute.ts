import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../../../errors/AppError.ts';
import { asParentJob } from '../enqueuing/parentJob.ts';
import { type Envelope, readEnvelope } from '../queues/envelope.ts';
import type { JobOptions } from '../queues/jobDefinition.ts';
import type { LoadedJob } from '../queues/loadProcessors.ts';
import type { JobNotes } from '../recording/jobNotes.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { JobRecord } from '../recording/writeRecords.ts';
import { withinDeadline } from './deadline.ts';
import type { JobLog } from './jobLog.ts';
import { uniqueHeldUntil } from './jobRecords.ts';
import { NotYetDue, NotYetKnown } from './putBack.ts';

/** A kind of job that a worker does: its work, and how it is tried. */
export interface ServedJob extends LoadedJob {
  options: JobOptions;
}

/** One start of a job, as far as its execution needs to know it. */
export interface Start {
  kind: string;
  data: unknown;
  /** Which start of this generation, from 1. */
  start: number;
  /** Which attempt since it was put in, from 1. */
  attempt: number;
  startedAt: Date;
}

interface ExecutionOptions {
  /** By kind: those of this queue. */
  jobs: ReadonlyMap<string, ServedJob>;
  recorder: Recorder;
  notes: Pick<JobNotes, 'line' | 'progress'>;
  claim: (record: JobRecord) => Promise<boolean>;
  /** Whether a first start claims too. */
  mustClaim: boolean;
  log: JobLog;
  inContext: InJobContext;
  worker: string;
  /** What ends this start's work early. */
  control: AbortController;
  /** The database's clock, epoch milliseconds. */
  now: () => number;
}

/** Runs work so that each line logged within says to which job it belongs. */
export type InJobContext = <T>(
  job: { requestId?: string; runId?: string; jobId: string; userId?: string },
  work: () => T,
) => T;

/** Two clocks never agree to the millisecond. */
const EARLY_MS = 10;
const KEPT_MS = 1_000;
const SHOWN_AS_ACTIVE_AFTER_MS = 1_000;

/**
 * Runs one start of a job: claims it if it is not the first, keeps the deadline, shows a long one
 * as active.
 * @returns the processor's result, or null when another start has taken the job over.
 * @throws NotYetKnown, NotYetDue, AppError `INVALID_PAYLOAD`, `INVALID_RESULT` or `DEADLINE_EXCEEDED`, HandedBack,
 * or whatever the processor throws.
 */
export async function execute(start: Start, options: ExecutionOptions): Promise<unknown> {
  const { recorder, control } = options;
  await recorder.whenRoom(control.signal);
  const { envelope, job } = readJob(start, options.jobs);
  const spent = envelope.spent ?? 0;
  const active = activeRecord(start, envelope, { queue: job.definition.queue.name, ...options });
  await notBefore(envelope, options);
  const isUnclaimed = start.start === 1 && envelope.generation === 1 && !asksItsRecord(envelope);
  const isFirst = isUnclaimed && !options.mustClaim;
  if (!isFirst && !(await options.claim(active))) return null;

  const shown = setTimeout(() => {
    if (isFirst) recorder.record(active);
  }, SHOWN_AS_ACTIVE_AFTER_MS);
  try {
    return await options.inContext(belongsTo(envelope), () =>
      withinDeadline(envelope.deadlineMs ?? job.options.deadlineMs, control, (signal) =>
        asParentJob(envelope.jobId, () =>
          job.work(envelope.payload, {
            jobId: envelope.jobId,
            runId: envelope.runId,
            runSeq: envelope.runSeq,
            attempt: start.attempt + spent,
            idempotencyKey: envelope.jobId,
            signal,
            log: options.log,
            progress: (percent) => options.notes.progress(envelope.jobId, percent),
            logLine: (text) => options.notes.line(envelope.jobId, text),
          }),
        ),
      ),
    );
  } finally {
    clearTimeout(shown);
  }
}

/**
 * BullMQ hands a delayed job out by the clock of whichever worker asks: one that is ahead would be given it
 * early, again and again. It keeps such a job for a second, in which others may take what is due.
 */
async function notBefore(
  { runAt }: Envelope,
  { now, control: { signal } }: ExecutionOptions,
): Promise<void> {
  const early = () => (runAt === null ? 0 : runAt - now());
  if (early() <= EARLY_MS) return;
  await wait(Math.min(early(), KEPT_MS), undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
  if (runAt !== null && early() > EARLY_MS) throw new NotYetDue(runAt);
}

/**
 * Whether even the first start claims its record: it may say meanwhile that the work is not to be done, as when
 * it was cancelled or its user deleted; or `unique` must be free before the work begins.
 */
function asksItsRecord({ late, runId, userId, uniqueUntil }: Envelope): boolean {
  return late === true || (runId === null && userId !== null) || uniqueUntil === 'start';
}

function readJob(
  { kind, data }: Start,
  jobs: ReadonlyMap<string, ServedJob>,
): { envelope: Envelope; job: ServedJob } {
  const job = jobs.get(kind);
  if (job === undefined) throw new NotYetKnown(`No processor here knows the job "${kind}".`);
  const reading = readEnvelope(kind, data);
  if (reading.state === 'newer') {
    throw new NotYetKnown(
      `The job’s envelope is of version ${reading.version}, which this worker does not know.`,
    );
  }
  if (reading.state === 'unreadable') {
    throw new AppError('INVALID_PAYLOAD', `The job cannot be read: ${reading.reason}`);
  }
  const { envelope } = reading;
  if (envelope.version > job.definition.version) {
    throw new NotYetKnown(
      `The job is of version ${envelope.version}, this worker knows ${job.definition.version}.`,
    );
  }
  return { envelope, job };
}

/** What each line logged of a job says of it. */
export function belongsTo({ requestId, runId, jobId, userId }: Envelope) {
  return {
    jobId,
    ...(requestId === null ? {} : { requestId }),
    ...(runId === null ? {} : { runId }),
    ...(userId === null ? {} : { userId }),
  };
}

function activeRecord(
  start: Start,
  envelope: Envelope,
  { queue, worker }: { queue: string; worker: string },
): JobRecord {
  return {
    jobId: envelope.jobId,
    queue,
    kind: envelope.kind,
    generation: envelope.generation,
    holdsUnique: uniqueHeldUntil(envelope),
    start: start.start,
    status: 'active',
    attempts: start.attempt - 1 + (envelope.spent ?? 0),
    startedAt: start.startedAt,
    finishedAt: null,
    waitedMs: null,
    worker,
    error: null,
    history: [],
    result: null,
  };
}
