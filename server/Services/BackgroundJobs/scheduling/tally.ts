import type { SlotState } from '../../../models/system/SlotModel.ts';

/** What one look at a schedule did, as numbers of slots. */
export type Counts = Readonly<Record<Exclude<SlotState, 'claimed'>, number>>;

/** Counts what becomes of slots, and knows when the next look is worth while. */
export class Tally {
  readonly #counts: Record<Exclude<SlotState, 'claimed'>, number> = {
    began: 0,
    'caught-up': 0,
    waiting: 0,
    skipped: 0,
    overlapped: 0,
    held: 0,
  };
  #againAt: number;

  constructor(againAt: Date) {
    this.#againAt = againAt.getTime();
  }

  /** Counts a slot; null is one that another process has. */
  count(outcome: Exclude<SlotState, 'claimed'> | null): void {
    if (outcome !== null) this.#counts[outcome] += 1;
  }

  get counts(): Counts {
    return { ...this.#counts };
  }

  /** Asks for a look by then, if none is asked for earlier. */
  lookBy(instant: number): void {
    this.#againAt = Math.min(this.#againAt, instant);
  }

  get lookAgainAt(): Date {
    return new Date(this.#againAt);
  }
}
