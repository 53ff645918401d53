import { describe, expect, it } from 'vitest';
import { clockAgainst } from './clock.ts';

describe('clockAgainst', () => {
  it.each([
    { ahead: 0, state: 'well' },
    { ahead: -900, state: 'well' },
    { ahead: 3_000, state: 'warning' },
    { ahead: -3_000, state: 'warning' },
    { ahead: 60_000, state: 'wrong' },
    { ahead: -60_000, state: 'wrong' },
  ])('of a clock $ahead ms ahead', async ({ ahead, state }) => {
    const finding = await clockAgainst(async () => Date.now() + ahead);
    expect(finding.state).toBe(state);
  });

  it('does not take the time that the answer took for a difference', async () => {
    const slow = async () => {
      const now = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      return now;
    };
    expect((await clockAgainst(slow)).state).toBe('well');
  });
});
