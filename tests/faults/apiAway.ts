import type { Unanswered } from '../e2e/apiClient.ts';

/** A time during which the test itself had taken the API away, and how requests may end then. */
export interface Away {
  readonly from: number;
  /** Infinity while it lasts. */
  to: number;
  /** Codes of Unanswered. */
  readonly endings: readonly string[];
}

/** A request, by the test's clock. */
interface Asked {
  sentAt: number;
  endedAt: number;
}

/** The times, if any, in which this request was under way while the API was away. */
export function awayDuring({ sentAt, endedAt }: Asked, aways: readonly Away[]): Away | undefined {
  return aways.find(({ from, to }) => sentAt <= to && endedAt >= from);
}

/** Whether a request without an answer met the API while the test had taken it away. */
export function metItAway(
  { code, ...asked }: Asked & Pick<Unanswered, 'code'>,
  aways: readonly Away[],
): boolean {
  return awayDuring(asked, aways)?.endings.includes(code) ?? false;
}
