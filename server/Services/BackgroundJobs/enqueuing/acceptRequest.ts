import { z } from 'zod';
import { AppError } from '../../../errors/AppError.ts';
import type { JobKind } from '../queues/jobDefinition.ts';
import { isKept } from '../recording/keptResult.ts';
import type { EnqueueOptions } from './enqueuer.ts';

/** A request for a single job that may be recorded as it is. */
export interface JobRequest {
  readonly kind: string;
  readonly queue: string;
  readonly version: number;
  readonly payload: Record<string, unknown>;
  readonly key: string | null;
  readonly unique: string | null;
  /** Null for the end. */
  readonly uniqueUntil: 'start' | null;
  readonly runAt: Date | null;
  readonly priority: number;
  readonly maxAttempts: number | null;
  readonly deadlineMs: number | null;
  readonly userId: string | null;
  readonly requestId: string | null;
}

const DEFAULT_PRIORITY = 100;
const MAX_NAME = 200;
const MAX_ATTEMPTS = 100;
const DAY_MS = 86_400_000;
/** More than this travels badly through Redis and MongoDB: pass an id, and read the rest from there. */
const MAX_PAYLOAD_BYTES = 64 * 1024;

const name = z.string().min(1).max(MAX_NAME);
const objectSchema = z.record(z.string(), z.unknown());
const optionsSchema = z.strictObject({
  key: name.nullable().default(null),
  unique: name.nullable().default(null),
  uniqueUntil: z.enum(['start', 'end']).default('end'),
  runAt: z.date().nullable().default(null),
  priority: z.number().int().min(1).max(1_000).default(DEFAULT_PRIORITY),
  attempts: z.number().int().min(1).max(MAX_ATTEMPTS).nullable().default(null),
  deadlineMs: z.number().int().min(1).max(DAY_MS).nullable().default(null),
  userId: z
    .string()
    .regex(/^[0-9a-f]{24}$/, 'is no ObjectId')
    .nullable()
    .default(null),
});

/**
 * Checks a request for a single job: the payload against its kind's schema, in the form in which it will
 * travel, and the options.
 * @throws AppError `VALIDATION_FAILED`, with what is wrong.
 */
export function acceptRequest(
  { kind, queue, version, payload: schema, userOf }: JobKind,
  given: unknown,
  options: EnqueueOptions,
  requestId: string | null,
): JobRequest {
  const read = optionsSchema.safeParse(options);
  if (!read.success) {
    throw new AppError(
      'VALIDATION_FAILED',
      `The options of a job of ${kind} cannot be used: ${z.prettifyError(read.error)}`,
    );
  }
  const { attempts: maxAttempts, userId, uniqueUntil, ...rest } = read.data;
  const payload = acceptPayload(kind, schema, given);
  return {
    ...{ kind, queue: queue.name, version, requestId, maxAttempts },
    ...rest,
    uniqueUntil: rest.unique !== null && uniqueUntil === 'start' ? uniqueUntil : null,
    userId: userId ?? userOf?.(payload) ?? null,
    payload,
  };
}

function acceptPayload(kind: string, schema: z.ZodType, payload: unknown): Record<string, unknown> {
  const text = JSON.stringify(payload) ?? 'null';
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new AppError(
      'VALIDATION_FAILED',
      `The payload for ${kind} has ${bytes} bytes, and ${MAX_PAYLOAD_BYTES} are allowed: pass an id instead.`,
    );
  }
  // As the worker will see it: a Date, say, arrives as a text.
  const travelling = objectSchema.safeParse(JSON.parse(text));
  if (!isKept(travelling.data)) {
    throw new AppError(
      'VALIDATION_FAILED',
      `The payload for ${kind} has a name that MongoDB would not give back, such as _bsontype or __proto__: choose another.`,
    );
  }
  const fits = travelling.success ? schema.safeParse(travelling.data) : travelling;
  if (travelling.success && fits.success) return travelling.data;
  throw new AppError(
    'VALIDATION_FAILED',
    `The payload does not fit ${kind}: ${fits.error ? z.prettifyError(fits.error) : 'it is no object'}`,
  );
}
