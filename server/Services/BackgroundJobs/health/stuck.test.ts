import { expect, it } from 'vitest';
import { type Look, stuckDetector } from './stuck.ts';

const idle: Look = { at: 0, takeable: true, running: 0, taken: 7, suspended: false };

/** Whether it is stuck at the end of looks a second apart. */
function after(looks: readonly Partial<Look>[]): boolean {
  const detect = stuckDetector({ limitMs: 3_000, maxGapMs: 2_000 });
  return looks
    .map((look, second) => detect({ ...idle, at: 1_000 * second, ...look }))
    .some((stuck) => stuck);
}

it('is stuck when it takes nothing for the limit while work waits', () => {
  expect(after([{}, {}, {}])).toBe(false);
  expect(after([{}, {}, {}, {}])).toBe(true);
});

it.each<[string, Partial<Look>]>([
  ['no work waits, or the queue is paused', { takeable: false }],
  ['it has a job at work', { running: 1 }],
  ['it has taken a job', { taken: 8 }],
  ['it takes nothing on purpose', { suspended: true }],
])('is not stuck when in between %s', (_what, look) => {
  expect(after([{}, {}, look, { taken: look.taken ?? 7 }, { taken: look.taken ?? 7 }])).toBe(false);
});

it('is not stuck when the process itself stood still', () => {
  expect(after([{}, {}, { at: 60_000 }, { at: 61_000 }])).toBe(false);
});
