import { AppError } from '../../../errors/AppError.ts';
import { type Envelope, envelopeSchema } from '../queues/envelope.ts';
import type { JobDefinition, Processor } from '../queues/jobDefinition.ts';
import type { JobRecord, Recorder } from '../recording/recorder.ts';
import { withinDeadline } from './deadline.ts';
import type { JobLog } from './jobLog.ts';

/** One start of a job, as far as its execution needs to know it. */
export interface Start {
  name: string;
  data: unknown;
  /** Which start of this generation, from 1. */
  start: number;
  /** Which attempt, from 1. */
  attempt: number;
  startedAt: Date;
  progress(percent: number): Promise<void>;
}

interface ExecutionOptions<Payload, Result> {
  definition: JobDefinition<Payload, Result>;
  processor: Processor<Payload, Result>;
  deadlineMs: number;
  recorder: Recorder;
  claim: (record: JobRecord) => Promise<boolean>;
  log: JobLog;
  inContext: InJobContext;
  worker: string;
  stop: AbortSignal;
}

/** Runs work so that each line logged within says to which job it belongs. */
export type InJobContext = <T>(
  job: { requestId?: string; runId: string; jobId: string; userId: string },
  work: () => T,
) => T;

/** The job is of a kind or a version that this worker does not know yet: a newer one will. */
export class NotYetKnown extends Error {
  override readonly name = 'NotYetKnown';
}

const SHOWN_AS_ACTIVE_AFTER_MS = 1_000;

/**
 * Runs one start of a job: claims it if it is not the first, keeps the deadline, shows a long one
 * as active.
 * @returns the processor's result, or null when another start has taken the job over.
 * @throws NotYetKnown, AppError `INVALID_PAYLOAD` or `DEADLINE_EXCEEDED`, HandedBack, or whatever
 * the processor throws.
 */
export async function execute<Payload, Result>(
  start: Start,
  options: ExecutionOptions<Payload, Result>,
): Promise<Result | null> {
  const { definition, recorder } = options;
  await recorder.whenRoom(options.stop);
  const envelope = readEnvelope(start, definition);
  const payload = definition.payload.safeParse(envelope.payload);
  if (!payload.success) {
    throw new AppError(
      'INVALID_PAYLOAD',
      `The payload does not fit ${definition.name}: ${payload.error.message}`,
    );
  }
  const active = activeRecord(start, envelope, options.worker);
  const isFirst = start.start === 1 && envelope.generation === 1;
  if (!isFirst && !(await options.claim(active))) return null;

  const shown = setTimeout(() => {
    if (isFirst) recorder.record(active);
  }, SHOWN_AS_ACTIVE_AFTER_MS);
  try {
    return await options.inContext(belongsTo(envelope), () =>
      withinDeadline(options.deadlineMs, options.stop, (signal) =>
        options.processor(payload.data, {
          jobId: envelope.jobId,
          runId: envelope.runId,
          runSeq: envelope.runSeq,
          attempt: start.attempt,
          idempotencyKey: envelope.jobId,
          signal,
          log: options.log,
          progress: start.progress,
        }),
      ),
    );
  } finally {
    clearTimeout(shown);
  }
}

function readEnvelope<Payload, Result>(
  { name, data }: Start,
  definition: JobDefinition<Payload, Result>,
): Envelope {
  if (name !== definition.name) {
    throw new NotYetKnown(`No processor here knows the job "${name}".`);
  }
  const envelope = envelopeSchema.safeParse(data);
  if (!envelope.success) {
    throw new AppError('INVALID_PAYLOAD', `The job cannot be read: ${envelope.error.message}`);
  }
  if (envelope.data.version > definition.version) {
    throw new NotYetKnown(
      `The job is of version ${envelope.data.version}, this worker knows ${definition.version}.`,
    );
  }
  return envelope.data;
}

/** What each line logged of a job says of it. */
export function belongsTo({ requestId, runId, jobId, userId }: Envelope) {
  return { ...(requestId === null ? {} : { requestId }), runId, jobId, userId };
}

function activeRecord(start: Start, envelope: Envelope, worker: string): JobRecord {
  return {
    jobId: envelope.jobId,
    generation: envelope.generation,
    start: start.start,
    status: 'active',
    attempts: start.attempt - 1,
    startedAt: start.startedAt,
    finishedAt: null,
    worker,
    error: null,
    history: [],
    result: null,
  };
}
