import { describe, expect, it } from 'vitest';
import { defineSchedule } from './defineSchedule.ts';
import { Scheduler } from './scheduler.ts';

type Declared = Parameters<typeof defineSchedule>[0];

const nightly: Declared = {
  name: 'nightly-report',
  expression: '0 2 * * *',
  timezone: 'Europe/Berlin',
  overlap: 'skip',
  catchUp: 'latest',
  begins: { begin: async () => ({ empty: true }), isOpen: async () => false },
};

const REFUSED: { wrong: Partial<Declared>; says: RegExp }[] = [
  { wrong: { name: 'Nightly Report' }, says: /"Nightly Report".*lower-case/ },
  { wrong: { name: 'a@b' }, says: /lower-case/ },
  { wrong: { expression: '0 2 * *' }, says: /"nightly-report".*"0 2 \* \*" is not a cron/ },
  { wrong: { expression: '0 0 31 2 *' }, says: /is not due within eight years/ },
  { wrong: { timezone: 'Berlin' }, says: /"Berlin" is not a time zone/ },
  { wrong: { jitterMs: -1 }, says: /jitterMs/ },
  { wrong: { jitterMs: 3_600_001 }, says: /jitterMs/ },
  { wrong: { catchUp: { allWithinMs: 0 } }, says: /allWithinMs/ },
  { wrong: { catchUp: { allWithinMs: 31 * 86_400_000 } }, says: /allWithinMs/ },
];

describe('a schedule', () => {
  it('begins at once unless it asks for jitter', () => {
    expect(defineSchedule(nightly).jitterMs).toBe(0);
  });

  it.each(REFUSED)('that is no use is refused by name and in words: $wrong', ({ wrong, says }) => {
    expect(() => defineSchedule({ ...nightly, ...wrong })).toThrow(says);
  });

  it('shares its name with no other', () => {
    const schedules = [defineSchedule(nightly), defineSchedule(nightly)];
    const clock = { now: async () => new Date() };
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    expect(() => new Scheduler({ schedules, clock, by: 'here', retentionDays: 7, log })).toThrow(
      'Two schedules have the name "nightly-report"',
    );
  });
});
