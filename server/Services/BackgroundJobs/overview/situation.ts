/** What may be the matter, the worst first. */
export const SITUATIONS = [
  'redis-away',
  'nobody-works',
  'stands-still',
  'goes-in-circles',
  'queue-unseen',
  'queue-paused',
  'run-failing',
  'run-unbalanced',
  'schedule-silent',
  'provider-refuses',
  'failures-rising',
  'destination-held',
  'schedule-stopped',
  'nothing-done',
  'run-warned',
  'worker-silent',
  'worker-unfit',
  'clock-set-back',
  'slot-missed',
  'import-unfinished',
  'versions-mixed',
  'jobs-failed',
  'run-goes-on',
  'all-well',
] as const;
export type SituationCode = (typeof SITUATIONS)[number];

/** `down`: no job is done. `warning`: a person is needed. `notice`: worth knowing. */
export const LEVELS = ['down', 'warning', 'notice', 'well'] as const;
type Level = (typeof LEVELS)[number];

/** One thing that is the matter, as facts: the page has the words. */
export interface Situation {
  code: SituationCode;
  level: Level;
  /** The queue, schedule, run or worker that it is about. */
  subject: string | null;
  since: Date | null;
  /** How many jobs, or workers, it hits. */
  affected: number | null;
  /** How many there are in all, of which `affected` is a part. */
  of: number | null;
  /** Who did it, and what they or the program said. */
  by: string | null;
  note: string | null;
  /** When the next slot is due, which is what comes if nothing is done. */
  next: Date | null;
}

/** A situation as whoever finds it names it: what it does not say is null, or the next slot of all. */
export type Found = Pick<Situation, 'code' | 'level'> & Partial<Situation>;

/** A situation of this code and level, with what is known about it. */
export function situation(code: SituationCode, level: Level, about: Partial<Situation>): Found {
  return { code, level, ...about };
}
