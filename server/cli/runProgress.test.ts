import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { duration, showRunProgress } from './runProgress.ts';

const STANDING = { done: 250, total: 1000, usersPerSecond: 50.4, secondsLeft: 15, idleMs: 0 };

function stream(isTTY: boolean) {
  const output = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns: 100 });
  return { output, written: () => String(output.read() ?? '') };
}

describe('the progress of a run', () => {
  it('is a line of text where there is no terminal, and not one for each state', () => {
    const { output, written } = stream(false);
    const progress = showRunProgress(output);
    progress.update(STANDING);
    progress.update({ ...STANDING, done: 260 });
    progress.stop();
    expect(written()).toBe('25% | 250/1000 users | 50 users/s | 15 s left\n');
  });

  it('is whole for a run without users', () => {
    const { output, written } = stream(false);
    showRunProgress(output).update({ ...STANDING, done: 0, total: 0 });
    expect(written()).toMatch(/^100% \| 0\/0 users/);
  });

  it('is a bar on a terminal, that makes room for what is said', () => {
    const { output, written } = stream(true);
    const progress = showRunProgress(output);
    progress.update(STANDING);
    progress.say('No change for 60 s.');
    progress.update({ ...STANDING, done: 500 });
    progress.stop();
    const text = written();
    expect(text).toMatch(/25% \| 250\/1000 users \| 50 users\/s \| 15 s left/);
    expect(text).toContain('No change for 60 s.\n');
    expect(text).toMatch(/50% \| 500\/1000 users/);
  });

  it('says something also where there is no terminal', () => {
    const { output, written } = stream(false);
    showRunProgress(output).say('No change.');
    expect(written()).toBe('No change.\n');
  });
});

describe('a duration', () => {
  it.each([
    [null, '?'],
    [0, '0 s'],
    [59, '59 s'],
    [61, '1 min 1 s'],
    [3_725, '1 h 2 min'],
  ])('of %s seconds reads %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
