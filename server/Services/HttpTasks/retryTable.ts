import type { EgressErrorCode } from '../Egress/egressError.ts';

/** What becomes of a task after one of its calls. */
export type Verdict = 'completed' | 'retry' | 'fail';

/** The statuses that are tried again, unless a job names its own. */
const RETRIED_STATUSES: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
/** The address is gone for good (RFC 9110, 15.5.11): a schedule is switched off. */
export const GONE = 410;
/** Statuses for which the host is to blame, not the call. */
const HOST_STATUSES: readonly number[] = [502, 503, 504];
/** A name that is none, a wrong certificate and another protocol do not mend themselves: tasks end by them. */
const HOST_ERRORS: readonly EgressErrorCode[] = [
  'CONNECT_FAILED',
  'CONNECT_TIMEOUT',
  'CONNECTION_LOST',
  'HEADERS_TIMEOUT',
  'TIMEOUT',
];

/** Without a complete answer: what is tried again, and what cannot become better. */
const WITHOUT_ANSWER: Readonly<Record<EgressErrorCode, 'retry' | 'fail'>> = {
  ADDRESS_REFUSED: 'fail',
  INVALID_REQUEST: 'fail',
  TOO_MANY_REDIRECTS: 'fail',
  REDIRECT_REFUSED: 'fail',
  DNS_FAILED: 'retry',
  CONNECT_FAILED: 'retry',
  CONNECT_TIMEOUT: 'retry',
  TLS_FAILED: 'retry',
  HEADERS_TIMEOUT: 'retry',
  TIMEOUT: 'retry',
  CONNECTION_LOST: 'retry',
  PROTOCOL_ERROR: 'retry',
};

/** What an answer of this status means. A redirect that was not followed is no success. */
export function verdictOf(status: number, retryOn: readonly number[] | null): Verdict {
  if ((retryOn ?? RETRIED_STATUSES).includes(status)) return 'retry';
  return status >= 200 && status < 300 ? 'completed' : 'fail';
}

/** What the lack of an answer means. */
export function verdictWithoutAnswer(code: EgressErrorCode): 'retry' | 'fail' {
  return WITHOUT_ANSWER[code];
}

/** Whether the host failed: enough of these in a row, and its tasks are held. */
export function isHostFailure(result: { status: number } | { code: EgressErrorCode }): boolean {
  if ('status' in result) return HOST_STATUSES.includes(result.status);
  return HOST_ERRORS.includes(result.code);
}
