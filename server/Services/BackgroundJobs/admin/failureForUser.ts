import type { ErrorCode } from '../../../errors/codes.ts';
import type { JobFailure } from '../../../models/system/JobStatusModel.ts';

const INTERRUPTED = 'The work was interrupted and could not be finished.';
const SENTENCES: Readonly<Partial<Record<string, string>>> = {
  USER_NOT_FOUND: 'There was no such user any more when the work was done.',
  DEADLINE_EXCEEDED: 'The work took longer than it may.',
  CRASHED_TOO_OFTEN: INTERRUPTED,
  PROCESS_DIED: INTERRUPTED,
  CANCELLED: 'The work was cancelled.',
} satisfies Partial<Record<ErrorCode | 'CANCELLED', string>>;
const OTHERWISE = 'The work failed; the staff can see why.';

/**
 * A failure as the user whom the job is for may read it: the code, and a sentence of ours. The text of
 * the error is the staff's: it may name what is behind the API.
 */
export function failureForUser({ code }: JobFailure): JobFailure {
  return { code, message: SENTENCES[code] ?? OTHERWISE };
}
