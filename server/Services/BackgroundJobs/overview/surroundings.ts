import type { Found } from './situation.ts';

/** A host for which calls wait. */
interface HeldDestination {
  destination: string;
  /** It asked for it, or it failed again and again. */
  state: 'asked us to wait' | 'down';
  /** Since when it fails; null where it only asked to wait. */
  since: Date | null;
  held: number;
}

/** Failures of one cause, in the last minutes and in as many before. */
export interface CauseTrend {
  code: string;
  recent: number;
  before: number;
  /** When the first of those that were looked at failed. */
  since: Date;
}

/** What lies outside queues, runs and schedules, and may be the matter all the same. */
export interface Surroundings {
  destinations: readonly HeldDestination[];
  /** Messages that wait because WhatsApp refuses the token; null when none does. */
  refused: { waiting: number; since: Date; reason: string } | null;
  causes: readonly CauseTrend[];
  /** Schedules whose last slot completed and did nothing, where those before did something. */
  nothingDone: readonly { schedule: string; slot: Date }[];
  /** Imports that were begun and have not ended. */
  imports: readonly { source: string; startedAt: Date }[];
}

/** Fewer failures than this in a few minutes are no trend. */
const RISING_FROM = 5;
/** Failures are rising when there are more than this many times as many as before. */
const RISING_TIMES = 2;

/** What is the matter there. */
export function surroundingSituations(around: Surroundings, now: Date): Found[] {
  const { destinations, refused, causes, nothingDone, imports } = around;
  return [
    ...(refused === null
      ? []
      : [
          {
            ...({ code: 'provider-refuses', level: 'warning', subject: 'WhatsApp' } as const),
            ...{ since: refused.since, affected: refused.waiting, note: refused.reason },
          },
        ]),
    ...causes.filter(isRising).map(({ code, recent, before, since }) => ({
      ...({ code: 'failures-rising', level: 'warning', subject: code } as const),
      ...{ since, affected: recent, of: recent + before },
    })),
    ...destinations.map(({ destination, state, since, held }) => ({
      ...({ code: 'destination-held', level: 'warning', subject: destination } as const),
      ...{ since, affected: held, note: state },
    })),
    ...nothingDone.map(({ schedule, slot }) => ({
      ...({ code: 'nothing-done', level: 'warning', subject: schedule, since: slot } as const),
    })),
    ...imports
      .filter(({ startedAt }) => startedAt <= now)
      .map(({ source, startedAt }) => ({
        ...({ code: 'import-unfinished', level: 'notice', subject: source } as const),
        since: startedAt,
      })),
  ];
}

/** Whether failures of a cause have become many more than they were. */
function isRising({ recent, before }: CauseTrend): boolean {
  return recent >= RISING_FROM && recent > RISING_TIMES * before;
}
