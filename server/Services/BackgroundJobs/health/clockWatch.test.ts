import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ClockSetBack } from './clockSetBack.ts';
import { startClockWatch } from './clockWatch.ts';

const MINUTE_MS = 60_000;
const START = Date.parse('2026-11-27T12:05:00Z');

let elapsedMs = 0;
let setMs = 0;
let setBack: ClockSetBack | null = null;
let watch: { stop(): Promise<void> };
const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  elapsedMs = 0;
  setMs = 0;
  setBack = null;
  watch = startClockWatch({
    log,
    wall: () => START + elapsedMs + setMs,
    elapsed: () => elapsedMs,
    look: async () => setBack,
  });
});
afterEach(async () => {
  await watch.stop();
  vi.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  elapsedMs += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

it('tells once of a clock that is set back, and of one set forward', async () => {
  await pass(10_000);
  setMs = -10 * MINUTE_MS;
  await pass(10_000);
  expect(log.warn.mock.calls).toEqual([
    [expect.stringContaining('set back by 600 s'), { stepMs: -600_000 }],
  ]);
  setMs = 0;
  await pass(10_000);
  expect(log.warn).toHaveBeenCalledTimes(2);
  expect(log.warn.mock.calls[1]).toEqual([
    expect.stringContaining('set forward by 600 s'),
    { stepMs: 600_000 },
  ]);
});

it('says nothing of a time service that corrects bit by bit, nor of a process that stood still', async () => {
  for (let second = 0; second < 100; second += 1) {
    setMs -= 50;
    await pass(1_000);
  }
  elapsedMs += 5 * MINUTE_MS;
  await pass(1_000);
  expect(log.warn).not.toHaveBeenCalled();
});

it('tells once of a clock that stands before the newest run, and when it is over', async () => {
  setBack = { byMs: 300_000, runId: '20261127T120500Z', began: new Date(START) };
  await pass(3 * MINUTE_MS);
  expect(log.warn.mock.calls).toEqual([
    [expect.stringMatching(/stands 300 s before .*20261127T120500Z began/), { byMs: 300_000 }],
  ]);
  setBack = null;
  await pass(3 * MINUTE_MS);
  expect(log.info.mock.calls).toEqual([[expect.stringContaining('passed the newest run')]]);
});
