/** What a look at a worker and its queue saw. */
export interface Look {
  /** Milliseconds of a clock. */
  at: number;
  /** Whether the queue has a job that the worker could take. */
  takeable: boolean;
  /** Jobs it has at work. */
  running: number;
  /** Jobs it has taken since its start. */
  taken: number;
  /** Whether it takes none on purpose, because a dependency is away. */
  suspended: boolean;
}

interface StuckOptions {
  limitMs: number;
  /** Looks further apart than this prove nothing: the process itself was not running. */
  maxGapMs: number;
}

/**
 * Judges a row of looks: a worker is stuck when for `limitMs` it had nothing at work and took
 * nothing, while at every look a job waited that it could have taken.
 */
export function stuckDetector({ limitMs, maxGapMs }: StuckOptions): (look: Look) => boolean {
  let before: Look | undefined;
  let idleSince: number | undefined;
  return (look) => {
    const proves =
      before !== undefined &&
      look.at - before.at <= maxGapMs &&
      look.takeable &&
      !look.suspended &&
      look.running === 0 &&
      look.taken === before.taken;
    idleSince = proves ? (idleSince ?? before?.at) : undefined;
    before = look;
    return idleSince !== undefined && look.at - idleSince >= limitMs;
  };
}
