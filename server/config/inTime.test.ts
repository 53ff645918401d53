import { describe, expect, it, vi } from 'vitest';
import { inTime, succeedsInTime } from './inTime.ts';

const never = new Promise<never>(() => undefined);

describe('inTime', () => {
  it('answers what comes first, and leaves no timer behind', async () => {
    vi.useFakeTimers();
    expect(await inTime(Promise.resolve('soon'), 50, 'late')).toBe('soon');
    expect(vi.getTimerCount()).toBe(0);
    const waited = inTime(never, 50, 'late');
    await vi.advanceTimersByTimeAsync(50);
    expect(await waited).toBe('late');
    vi.useRealTimers();
  });

  it('passes a rejection on', async () => {
    await expect(inTime(Promise.reject(new Error('no')), 50, 'late')).rejects.toThrow('no');
  });
});

describe('succeedsInTime', () => {
  it.each([
    ['says yes', async () => true, true],
    ['says no', async () => false, false],
    ['throws', () => Promise.reject(new Error('away')), false],
    ['gives no answer', () => never, false],
  ])('of a check that %s', async (_, check, succeeded) => {
    expect(await succeedsInTime(check, 20)).toBe(succeeded);
  });
});
