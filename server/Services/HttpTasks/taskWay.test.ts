import { expect, it } from 'vitest';
import { wayOf } from './taskWay.ts';

const ids = Array.from({ length: 10_000 }, (_, number) => `task-${number}`);
const shareOf = (queuePercent: number) =>
  ids.filter((id) => wayOf(id, { mode: 'queue', queuePercent }) === 'queue').length / ids.length;

it.each([
  [0, 0],
  [1, 0.01],
  [30, 0.3],
  [99, 0.99],
  [100, 1],
])('sends %i per cent of the tasks through the queue', (percent, share) => {
  expect(Math.abs(shareOf(percent) - share)).toBeLessThan(0.015);
});

it('keeps on the queue what was there when the percentage rises', () => {
  const at = (queuePercent: number) =>
    ids.filter((id) => wayOf(id, { mode: 'queue', queuePercent }) === 'queue');
  const later = new Set(at(40));
  expect(at(20).every((id) => later.has(id))).toBe(true);
});

it('sends none through the queue in the mode in-memory, whatever the percentage', () => {
  expect(wayOf('task', { mode: 'in-memory', queuePercent: 100 })).toBe('in-memory');
});
