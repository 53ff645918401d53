import { AppError } from '../../../errors/AppError.ts';
import type { JobFailure } from '../../../models/system/JobStatusModel.ts';

const SHAPE = /^([A-Z][A-Z0-9_]*): ([\s\S]*)$/;
const MAX_LENGTH = 1000;
/** What BullMQ writes when a job's worker vanished more often than `maxStalledCount`. */
const CRASHED = /^job stalled more than allowable limit/;

/** What people read of a job that was at work in too many crashes. */
export const CRASHED_TOO_OFTEN =
  'The worker that had this job ended without finishing it, as often as is allowed. ' +
  'See the workers’ logs at that time: a crash, a kill, or no memory.';

/** Any error as a code and a message, as they stand in the job's record. */
export function failureOf(error: unknown): JobFailure {
  if (error instanceof AppError) return { code: error.code, message: cut(error.message) };
  if (!(error instanceof Error)) return { code: 'JOB_FAILED', message: cut(String(error)) };
  const own = 'code' in error && typeof error.code === 'string' ? error.code : 'JOB_FAILED';
  return { code: own, message: cut(error.message) };
}

/** The one text that Redis keeps of a failure. */
export function failureText({ code, message }: JobFailure): string {
  return `${code}: ${message}`;
}

/** Reads such a text again; also understands what BullMQ itself writes. */
export function parseFailureText(text: string): JobFailure {
  if (CRASHED.test(text)) return { code: 'CRASHED_TOO_OFTEN', message: CRASHED_TOO_OFTEN };
  const [, code, message] = SHAPE.exec(text) ?? [];
  if (code === undefined || message === undefined) return { code: 'JOB_FAILED', message: text };
  return { code, message };
}

/** One line for each failed attempt, from the stack traces that BullMQ keeps. */
export function historyOf(stacktrace: readonly string[] | null | undefined): string[] {
  return (stacktrace ?? []).map((stack) =>
    cut((stack.split('\n')[0] ?? '').replace(/^[A-Za-z]*Error: /, '')),
  );
}

function cut(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`;
}
