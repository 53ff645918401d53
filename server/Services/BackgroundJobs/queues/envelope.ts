import { z } from 'zod';

/** The version of the shape below. What is newer is left to newer processes, never judged by its shape. */
const ENVELOPE_VERSION = 1;

/**
 * What travels through Redis with a job: ids and the payload, never personal data. Everything of it
 * can be made anew from the job's record in MongoDB. What is null is left out there, and the kind
 * is BullMQ's name of the job.
 */
const storedSchema = z.object({
  v: z.literal(ENVELOPE_VERSION),
  version: z.number().int().positive(),
  jobId: z.string().min(1),
  runId: z.string().min(1).nullable().default(null),
  runSeq: z.number().int(),
  userId: z.string().min(1).nullable().default(null),
  generation: z.number().int().positive(),
  requestId: z.string().nullable().default(null),
  key: z.string().nullable().default(null),
  unique: z.string().nullable().default(null),
  /** `start` when the first start releases `unique`. */
  uniqueUntil: z.literal('start').nullable().default(null),
  /** Epoch milliseconds: not before this instant. */
  runAt: z.number().int().nullable().default(null),
  priority: z.number().int().nullable().default(null),
  maxAttempts: z.number().int().positive().nullable().default(null),
  /** Attempts that had failed before its work asked for a later time: they are not given anew. */
  spent: z.number().int().positive().nullable().default(null),
  deadlineMs: z.number().int().positive().nullable().default(null),
  /**
   * It was put in later than by its enqueuer, who might have been overtaken: its first start claims the
   * record too.
   */
  late: z.boolean().nullable().default(null),
  payload: z.record(z.string(), z.unknown()),
});

export type Envelope = Omit<z.infer<typeof storedSchema>, 'v'> & { kind: string };

/** What a look at a job's data found: `newer` is of a version that this process does not know. */
export type EnvelopeReading =
  | { state: 'read'; envelope: Envelope }
  | { state: 'newer'; version: number }
  | { state: 'unreadable'; reason: string };

/** The data under which Redis keeps a job. */
export function storedEnvelope({ kind: _, ...envelope }: Envelope): Record<string, unknown> {
  const stored: Record<string, unknown> = { v: ENVELOPE_VERSION };
  for (const [name, value] of Object.entries(envelope)) {
    if (value !== null) stored[name] = value;
  }
  return stored;
}

/** What was read of a job's data: it is asked for at its start, at its end, and when that is told. */
const readings = new WeakMap<object, { kind: string; reading: EnvelopeReading }>();

/** Reads a job's name and data again: the version first, then the shape. */
export function readEnvelope(kind: string, data: unknown): EnvelopeReading {
  if (typeof data !== 'object' || data === null) return read(kind, data);
  const known = readings.get(data);
  // BullMQ gives a job that vanished while it was read no name, although its type has one.
  if (known !== undefined && known.kind === kind) return known.reading;
  const reading = read(kind, data);
  readings.set(data, { kind, reading });
  return reading;
}

function read(kind: string, data: unknown): EnvelopeReading {
  const { v: version } = (typeof data === 'object' && data !== null ? data : {}) as { v?: unknown };
  if (typeof version === 'number' && version > ENVELOPE_VERSION) return { state: 'newer', version };
  const parsed = storedSchema.safeParse(data);
  if (!parsed.success) return { state: 'unreadable', reason: parsed.error.message };
  const { v: _, ...envelope } = parsed.data;
  return { state: 'read', envelope: { kind, ...envelope } };
}

const GENERATION_SUFFIX = /-g(\d+)$/;

/** The id under which the queue holds this generation of a job. */
export function queueJobId(jobId: string, generation: number): string {
  return generation === 1 ? jobId : `${jobId}-g${generation}`;
}

/** The job's id, whatever generation the queue's id names. */
export function jobIdOf(queueId: string): string {
  return queueId.replace(GENERATION_SUFFIX, '');
}

/** The generation that the queue's id names. */
export function generationOf(queueId: string): number {
  return Number(GENERATION_SUFFIX.exec(queueId)?.[1] ?? 1);
}
