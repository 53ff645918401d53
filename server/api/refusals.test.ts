import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRefusalLog } from './refusals.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const logger = () => ({ debug: vi.fn(), info: vi.fn(), warn: vi.fn() });

it('warns of the first refusal, and tells how many there were when it is over', () => {
  const log = logger();
  const refused = createRefusalLog(log);
  for (let request = 0; request < 500; request += 1) {
    refused('REDIS_UNAVAILABLE', 'Redis is required');
    vi.advanceTimersByTime(9_000);
  }
  expect(log.warn.mock.calls).toEqual([['Redis is required', { code: 'REDIS_UNAVAILABLE' }]]);
  expect(log.debug).toHaveBeenCalledTimes(499);
  expect(log.info).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(log.info.mock.calls).toEqual([
    ['No request is refused any more', { code: 'REDIS_UNAVAILABLE', refused: 500 }],
  ]);
  refused('REDIS_UNAVAILABLE', 'Redis is required');
  expect(log.warn).toHaveBeenCalledTimes(2);
});

it('tells each dependency’s by itself', () => {
  const log = logger();
  const refused = createRefusalLog(log);
  refused('REDIS_UNAVAILABLE', 'Redis is required');
  refused('MONGODB_UNAVAILABLE', 'MongoDB is away');
  expect(log.warn).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(10_000);
  expect(log.info.mock.calls.map(([, fields]) => fields)).toEqual([
    { code: 'REDIS_UNAVAILABLE', refused: 1 },
    { code: 'MONGODB_UNAVAILABLE', refused: 1 },
  ]);
});
