import { inspect, stripVTControlCharacters } from 'node:util';
import type { TextRedactor } from '../../../config/redaction.ts';
import type { JobFailure } from '../../../models/system/JobStatusModel.ts';
import { STALLED_TOO_OFTEN } from '../queues/bullmqLayout.ts';

/** A code as records keep it and filters ask for it. */
const CODE = /^[A-Za-z]\w{0,63}$/;
const SHAPE = /^([A-Za-z]\w{0,63}): ([\s\S]*)$/;
const MAX_LENGTH = 1000;
/** More is not looked at: far more than is kept, so that a secret is never cut before it is found. */
const MAX_LOOKED_AT = 65_536;
/** What a terminal obeys, and what turns the direction of text around; lines and tabs may stay. */
const CONTROLS = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu;

/** What people read of a job that was at work in too many crashes. */
export const CRASHED_TOO_OFTEN =
  'The worker that had this job ended without finishing it, as often as is allowed. ' +
  'See the workers’ logs at that time: a crash, a kill, or no memory.';

/** Whatever was thrown, as a code and a message that may be kept and shown; it never throws. */
export type FailureOf = (thrown: unknown) => JobFailure;

/** Makes what takes secrets and control characters out of a text that people will read; it never throws. */
export function createCleaner(redact: TextRedactor): (text: string) => string {
  return (text) =>
    redact(stripVTControlCharacters(text.slice(0, MAX_LOOKED_AT)).replace(CONTROLS, ''));
}

/**
 * Makes the one place through which an error of a job goes before anything keeps it: the record, Redis,
 * the log, and what is answered from them. The message loses its secrets and control characters and is
 * cut at 1,000 characters; a code that is none, or holds a secret, becomes `JOB_FAILED`.
 */
export function createFailureOf(redact: TextRedactor): FailureOf {
  const clean = createCleaner(redact);
  const kept = (text: string) => cut(clean(text));
  return (thrown) => {
    const { code, message } = read(thrown);
    const usable = typeof code === 'string' && CODE.test(code) && redact(code) === code;
    return { code: usable ? code : 'JOB_FAILED', message: kept(message) };
  };
}

/** The code and the text of an error, or of whatever else was thrown in its place. */
function read(thrown: unknown): { code?: unknown; message: string } {
  try {
    if (typeof thrown !== 'object' || thrown === null) return { message: String(thrown) };
    const { code, message } = thrown as { code?: unknown; message?: unknown };
    return { code, message: typeof message === 'string' ? message : shown(thrown) };
  } catch {
    // A getter of a foreign object threw.
    return { message: 'What was thrown cannot be read.' };
  }
}

/** An object without a message, on one line and without calling anything of its own. */
function shown(thrown: object): string {
  return inspect(thrown, {
    depth: 1,
    customInspect: false,
    breakLength: Number.POSITIVE_INFINITY,
    maxStringLength: MAX_LENGTH,
    maxArrayLength: 10,
  });
}

/** The one text that Redis keeps of a failure. */
export function failureText({ code, message }: JobFailure): string {
  return `${code}: ${message}`;
}

/** Reads such a text again; also understands what BullMQ itself writes. */
export function parseFailureText(text: string): JobFailure {
  if (STALLED_TOO_OFTEN.test(text))
    return { code: 'CRASHED_TOO_OFTEN', message: CRASHED_TOO_OFTEN };
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
