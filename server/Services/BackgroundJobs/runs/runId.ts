import { monotonicFactory } from 'ulid';

/** Within a millisecond it counts up: nothing is drawn at random, which would cost more than a job's record. */
const ulid = monotonicFactory();

/**
 * The id of a slot's run, such as `user-data-hourly-20261122T110000Z`: the same wherever and
 * whenever it is made, and another for each schedule.
 */
export function slotRunId(schedule: string, slot: Date): string {
  return `${schedule}-${slot.toISOString().replace(/[-:]|\.\d+/g, '')}`;
}

/** The id of any other run; ids made later sort later. */
export function manualRunId(): string {
  return `m-${ulid()}`;
}

/** The UTC day of an instant, `YYYY-MM-DD`. */
export function utcDay(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

/** The id of one item's job in a run: the ids of a run's jobs are in order of their items. */
export function runJobId(kind: string, runId: string, item: string): string {
  return `${kind}-${runId}-${item}`;
}

/** The ids of a run's jobs, as a range of `_id`; up to one item, or beyond one. */
export function runJobIds(
  { _id: runId, kind }: { _id: string; kind: string },
  { upTo, beyond }: { upTo?: string; beyond?: string | null } = {},
) {
  return {
    [beyond === undefined || beyond === null ? '$gte' : '$gt']: runJobId(kind, runId, beyond ?? ''),
    // The character after the hyphen ends the range: no id of the run begins with it.
    ...(upTo === undefined ? { $lt: `${kind}-${runId}.` } : { $lte: runJobId(kind, runId, upTo) }),
  };
}

/** The item of a run's job. */
export function itemOf({ _id, kind, runId }: { _id: string; kind: string; runId: string }): string {
  return _id.slice(runJobId(kind, runId, '').length);
}

/** The id of a job that belongs to no run; ids made later sort later, and before those of any kind's runs. */
export function singleJobId(): string {
  return ulid();
}
