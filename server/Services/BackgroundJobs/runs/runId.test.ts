import { expect, it } from 'vitest';
import { manualRunId, slotRunId, utcDay } from './runId.ts';

it('names a slot’s run by its schedule and its instant alone', () => {
  expect(slotRunId('hourly', new Date('2026-11-22T11:00:00.000Z'))).toBe('hourly-20261122T110000Z');
  expect(slotRunId('daily', new Date('2026-11-22T12:00:00+01:00'))).toBe('daily-20261122T110000Z');
});

it('names other runs so that later ones sort later, fit for a queue’s id', async () => {
  const first = manualRunId();
  expect(first).toMatch(/^m-[0-9A-HJKMNP-TV-Z]{26}$/);
  const born = Date.now();
  while (Date.now() === born) await Promise.resolve();
  expect(manualRunId() > first).toBe(true);
});

it('takes the day in UTC', () => {
  expect(utcDay(new Date('2026-11-22T23:30:00-01:00'))).toBe('2026-11-23');
});
