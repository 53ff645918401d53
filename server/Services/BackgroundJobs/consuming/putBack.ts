/** A job that is not done now: it goes back into the queue until that instant, at no cost to it. */
export class PutBack extends Error {
  /** Epoch milliseconds. */
  readonly until: number;

  constructor(until: number, reason: string) {
    super(reason);
    this.until = until;
  }
}

const UNKNOWN_JOB_DELAY_MS = 5_000;
/** Not the same for all: those that were put back together would come back together, and all but one go again. */
const KEPT_APART_MS = { least: 250, most: 1_250 };

/** The job is of a kind or a version that this worker does not know yet: a newer one will. */
export class NotYetKnown extends PutBack {
  override readonly name = 'NotYetKnown';

  constructor(reason: string) {
    super(Date.now() + UNKNOWN_JOB_DELAY_MS, reason);
  }
}

/** The job was given before its time: it goes back until then. */
export class NotYetDue extends PutBack {
  override readonly name = 'NotYetDue';

  /** @param runAt epoch milliseconds */
  constructor(runAt: number) {
    super(runAt, `The job is due at ${new Date(runAt).toISOString()}.`);
  }
}

/** Another suspect of a crash is at work in this worker. */
export class KeptApart extends PutBack {
  override readonly name = 'KeptApart';

  constructor() {
    const { least, most } = KEPT_APART_MS;
    super(
      Date.now() + least + Math.round(Math.random() * (most - least)),
      'A job that was at work in the same crashes is at work here.',
    );
  }
}
