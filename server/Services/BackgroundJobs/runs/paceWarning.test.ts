import { describe, expect, it } from 'vitest';
import { noCounts } from './balance.ts';
import { isTooYoung, paceWarning } from './paceWarning.ts';

const startedAt = new Date('2026-11-22T11:00:00Z');
const nextSlot = new Date('2026-11-22T12:00:00Z');
const minutesIn = (minutes: number) => new Date(startedAt.getTime() + minutes * 60_000);

function warning(counts: Partial<ReturnType<typeof noCounts>>, now: Date) {
  return paceWarning({ startedAt }, { ...noCounts(), ...counts }, nextSlot, now);
}

describe('the warning of a slow run', () => {
  it('comes when what is left takes longer than until the next slot', () => {
    const text = warning({ queued: 4_000, completed: 500, failed: 100 }, minutesIn(10));
    expect(text).toContain('1.0 users/s');
    expect(text).toContain('2026-11-22T12:00:00.000Z');
    expect(text).toContain('4000 users are left');
  });

  it('does not when it will end just in time', () => {
    expect(warning({ queued: 3_000, completed: 600 }, minutesIn(10))).toBeNull();
    expect(warning({ queued: 3_001, completed: 600 }, minutesIn(10))).not.toBeNull();
  });

  it('waits until a pace can be told, for which nothing need be counted', () => {
    const early = new Date(startedAt.getTime() + 9_999);
    expect(isTooYoung({ startedAt }, early)).toBe(true);
    expect(warning({ queued: 10_000, completed: 1 }, early)).toBeNull();
    const late = new Date(startedAt.getTime() + 10_000);
    expect(isTooYoung({ startedAt }, late)).toBe(false);
    expect(warning({ queued: 10_000, completed: 1 }, late)).not.toBeNull();
  });

  it('says so when nothing has been done in a tenth of the time', () => {
    expect(warning({ queued: 10, active: 3 }, minutesIn(5.9))).toBeNull();
    expect(warning({ queued: 10, active: 3 }, minutesIn(6))).toContain('no user has been done yet');
  });

  it('gives a run that began just before the next slot ten seconds', () => {
    const shortly = new Date(nextSlot.getTime() - 5_000);
    const verdictAfter = (seconds: number) =>
      paceWarning(
        { startedAt: shortly },
        { ...noCounts(), queued: 10 },
        nextSlot,
        new Date(shortly.getTime() + seconds * 1_000),
      );
    expect(verdictAfter(9.9)).toBeNull();
    expect(verdictAfter(10)).toContain('no user has been done yet');
  });

  it('is not given for a run with nothing left', () => {
    expect(warning({ completed: 10, failed: 1 }, minutesIn(90))).toBeNull();
  });
});
