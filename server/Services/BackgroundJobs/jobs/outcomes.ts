// What a processor may throw besides an error of its own, which means: try again, while attempts are left.

/** Not now: try again later, at no cost to the job's attempts. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly afterMs: number;

  /** @param afterMs how long to wait, in milliseconds; at most a day at a time. */
  constructor(afterMs: number, reason = 'The work asked for a later time.') {
    super(reason);
    this.afterMs = afterMs;
  }
}

/** No retry can mend it: the job fails at once, whatever attempts are left. */
export class FailNow extends Error {
  override readonly name = 'FailNow';
  readonly code: string;

  /** @param code the kind's own word for this failure, such as `CARD_DECLINED`: people filter by it. */
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The work is not wanted any more: the job ends as cancelled, not as failed. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}
