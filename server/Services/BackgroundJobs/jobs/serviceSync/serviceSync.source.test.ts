import { expect, it } from 'vitest';
import { serviceSyncSource } from './serviceSync.source.ts';

const from = '2026-11-27T06:30:00.000Z';

function begins(slot: string, spreadMs = 30_000): number[] {
  const input = { slot, from, category: null, spreadMs };
  const { request } = serviceSyncSource.open({ input, selection: null });
  return Array.from({ length: 300 }, (_, number) => {
    const { runAt } = request(`service-${number}`);
    return (runAt?.getTime() ?? Number.NaN) - Date.parse(from);
  });
}

it('the jobs of a run begin over half a minute, the same however often it is resumed', () => {
  const delays = begins(from);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...delays)).toBeLessThan(30_000);
  for (const third of [0, 10_000, 20_000]) {
    const within = delays.filter((ms) => ms >= third && ms < third + 10_000);
    expect(within.length).toBeGreaterThan(60);
  }
  expect(begins(from)).toEqual(delays);
  expect(begins('2026-11-28T06:30:00.000Z')).not.toEqual(delays);
  expect(new Set(begins(from, 0))).toEqual(new Set([0]));
});
