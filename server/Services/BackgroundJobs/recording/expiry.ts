import type { JobKind } from '../queues/jobDefinition.ts';

const DAY_MS = 86_400_000;
/** The numbers of a day are counted from its records before they expire. */
export const LEAST_RETENTION_DAYS = 2;

/** How many days the records of a kind's finished jobs are kept. */
export type RetentionDays = (kind: string) => number;

/** What the kinds say themselves, and `usual` for all others. */
export function retentionOf(
  kinds: readonly Pick<JobKind, 'kind' | 'retentionDays'>[],
  usual: number,
): RetentionDays {
  const own = new Map(kinds.map(({ kind, retentionDays }) => [kind, retentionDays]));
  return (kind) => own.get(kind) ?? usual;
}

/** When a record that became final at this instant expires. */
export function daysAfter(instant: Date, days: number): Date {
  return new Date(instant.getTime() + days * DAY_MS);
}
