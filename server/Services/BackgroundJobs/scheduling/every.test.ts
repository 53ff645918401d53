import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { every } from './every.ts';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

describe('every', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.clearAllMocks();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('begins at once, and waits after each round’s end: rounds never overlap', async () => {
    let underWay = 0;
    let most = 0;
    let rounds = 0;
    const repetition = every({ name: 'Test', intervalMs: 100, log }, async () => {
      underWay += 1;
      rounds += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 250));
      underWay -= 1;
    });
    expect(rounds).toBe(1);
    await vi.advanceTimersByTimeAsync(349);
    expect(rounds).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(rounds).toBe(2);
    expect(most).toBe(1);
    const stopped = repetition.stop();
    await vi.advanceTimersByTimeAsync(250);
    await stopped;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(rounds).toBe(2);
  });

  it('goes on after a failure, and says once that it fails and once that it works again', async () => {
    let failing = true;
    let rounds = 0;
    const repetition = every({ name: 'Test', intervalMs: 10, log }, async () => {
      rounds += 1;
      if (failing) throw new Error('away');
    });
    await vi.advanceTimersByTimeAsync(35);
    expect(rounds).toBe(4);
    expect(log.warn).toHaveBeenCalledTimes(1);
    failing = false;
    await vi.advanceTimersByTimeAsync(25);
    expect(log.info.mock.calls).toEqual([['Test: works again']]);
    await repetition.stop();
  });
});
