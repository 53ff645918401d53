import { share } from './shared.ts';

const KEY = 'hourwork-times';
export type Zone = 'local' | 'utc';

const zone = share<Zone>(() => (localStorage.getItem(KEY) === 'utc' ? 'utc' : 'local'));

/** In whose zone times are shown. */
export function useZone() {
  return { zone: zone.useValue(), chooseZone };
}

function chooseZone(chosen: Zone): void {
  zone.set(chosen);
  localStorage.setItem(KEY, chosen);
}

/** These parts of an instant, as they read in this zone. */
export function inZone(instant: string, options: Intl.DateTimeFormatOptions, of: Zone): string {
  return new Intl.DateTimeFormat('en-GB', {
    hourCycle: 'h23',
    ...(of === 'utc' && { timeZone: 'UTC' }),
    ...options,
  }).format(new Date(instant));
}

const DAY = { year: 'numeric', month: 'short', day: 'numeric' } as const;
const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;

/** The time of today, or day and time of another day, in the zone chosen. */
export function clockTime(instant: string, of: Zone = zone.get()): string {
  const today = inZone(new Date().toISOString(), DAY, of);
  const time = inZone(instant, TIME, of);
  const day = inZone(instant, DAY, of);
  if (day === today) return time;
  const thisYear = today.slice(-4) === day.slice(-4);
  return `${thisYear ? day.slice(0, -5) : day}, ${time}`;
}

/** Day, time and zone in full: in UTC beside times of the viewer's zone, and the reverse. */
export function fullTime(
  instant: string,
  of: Zone = zone.get() === 'utc' ? 'local' : 'utc',
): string {
  const zoneName =
    of === 'utc' ? 'UTC' : inZone(instant, { timeZoneName: 'short' }, of).split(', ').at(-1);
  return `${inZone(instant, DAY, of)}, ${inZone(instant, TIME, of)} ${zoneName}`;
}
