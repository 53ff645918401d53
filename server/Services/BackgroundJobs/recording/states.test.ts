import { describe, expect, it } from 'vitest';
import { JOB_STATUSES, type JobState } from '../../../models/system/JobStatusModel.ts';
import { isFinal, mayBecome, OPEN_STATES, sourcesOf } from './states.ts';

/** As the design draws it. */
const DRAWN: [JobState, JobState[]][] = [
  ['queued', ['active', 'completed', 'failed', 'delayed', 'duplicate', 'cancelled']],
  ['active', ['completed', 'failed', 'delayed', 'active', 'queued']],
  ['delayed', ['active', 'queued', 'failed']],
  ['failed', ['queued']],
];

describe('the states of a job', () => {
  it.each(DRAWN)('lets a job that is %s become %j', (from, targets) => {
    for (const to of targets) expect(mayBecome(from, to), `${from} → ${to}`).toBe(true);
  });

  it.each(['completed', 'cancelled', 'duplicate'] as const)('never lets go of %s', (from) => {
    for (const to of JOB_STATUSES) expect(mayBecome(from, to), `${from} → ${to}`).toBe(false);
  });

  it('lets a failed job only be queued again', () => {
    expect(JOB_STATUSES.filter((to) => mayBecome('failed', to))).toEqual(['queued']);
  });

  it('lets only a job that is not at work become a duplicate', () => {
    expect(sourcesOf('duplicate')).toEqual(['queued', 'delayed']);
  });

  it('calls final what has nothing to come', () => {
    expect(JOB_STATUSES.filter((state) => !isFinal(state))).toEqual([...OPEN_STATES]);
  });

  it('names for each state exactly those that may become it', () => {
    for (const to of JOB_STATUSES) {
      expect(sourcesOf(to)).toEqual(JOB_STATUSES.filter((from) => mayBecome(from, to)));
    }
  });
});
