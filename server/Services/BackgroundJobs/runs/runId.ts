import { ulid } from 'ulid';

/** The id of a slot's run, such as `20261122T110000Z`: the same wherever and whenever it is made. */
export function slotRunId(slot: Date): string {
  return slot.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** The id of any other run; ids made later sort later. */
export function manualRunId(): string {
  return `m-${ulid()}`;
}

/** The UTC day of an instant, `YYYY-MM-DD`. */
export function utcDay(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
