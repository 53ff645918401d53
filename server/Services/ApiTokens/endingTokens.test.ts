import { expect, it } from 'vitest';
import type { TokenNote } from '../../models/ApiTokenModel.ts';
import { noteDue } from './endingTokens.ts';

const now = new Date('2026-11-27T12:00:00Z');
const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

it.each([
  [8 * 24, [], null],
  [7 * 24, [], 'week'],
  [6 * 24, ['week'], null],
  [24, ['week'], 'day'],
  // One made for half a day is told of once, of the nearest.
  [12, [], 'day'],
  [12, ['day'], null],
  [0, ['week', 'day'], 'expired'],
  [-48, ['expired'], null],
] satisfies [number, TokenNote[], TokenNote | null][])(
  'of a token that ends in %i hours and of which %o was told, tells %s',
  (hours, told, note) => {
    expect(noteDue({ expiresAt: inHours(hours), told }, now)).toBe(note);
  },
);
