import { expect, it } from 'vitest';
import { measuredNeed, seenConcurrency } from './recommendation.ts';

it('needs as many workers as end the run within its hour', () => {
  // One worker, three jobs of 500 ms at a time: 6 a second, 21,600 an hour.
  const need = measuredNeed(43_201, { jobs: 2, workedMs: 1_000 }, 3);
  expect(need).toEqual({
    sampledJobs: 2,
    meanDurationMs: 500,
    concurrency: 3,
    usersPerWorkerHour: 21_600,
    workersNeeded: 3,
  });
});

it('says nothing before a job has completed', () => {
  expect(measuredNeed(100, { jobs: 0, workedMs: 0 }, 3)).toBeNull();
});

it('counts jobs too short to be measured as one millisecond', () => {
  expect(measuredNeed(100, { jobs: 2, workedMs: 0 }, 1)).toMatchObject({
    meanDurationMs: 1,
    usersPerWorkerHour: 3_600_000,
    workersNeeded: 1,
  });
});

it('stays finite when one job takes longer than an hour', () => {
  expect(measuredNeed(2, { jobs: 1, workedMs: 8_000_000 }, 1)).toMatchObject({
    usersPerWorkerHour: 0,
    workersNeeded: 2,
  });
});

it('sees how many jobs were at work at a time in each worker', () => {
  const job = (worker: string, startedMs: number, durationMs: number) => ({
    ...{ worker, durationMs },
    startedAt: new Date(Date.UTC(2026, 0, 1) + startedMs),
  });
  const four = [0, 0, 0, 0].map((start) => job('one', start, 100));
  expect(seenConcurrency([...four, ...four.map((each) => ({ ...each, worker: 'two' }))])).toBe(4);
  expect(seenConcurrency([job('one', 0, 100), job('one', 100, 100), job('one', 200, 100)])).toBe(1);
  expect(seenConcurrency([])).toBe(1);
});
