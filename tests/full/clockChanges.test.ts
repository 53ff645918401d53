import { it } from 'vitest';
import { CHANGING_ZONES, expectSlotsAsWalked } from '../reference/slotsAsWalked.ts';

const YEARS = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };

it.each(CHANGING_ZONES)('all slots of two years in %s are those of a walk', (timezone) => {
  expectSlotsAsWalked(timezone, YEARS);
});
