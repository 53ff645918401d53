import { expect, it } from 'vitest';
import { ensureIndexes } from '../../server/models/indexes.ts';
import { mailedOver } from '../integration/mail/mailedOver.ts';
import { useOwnDatabase } from '../integration/scoring/ownDatabase.ts';

useOwnDatabase();

it('is sent once, at the right local hour, over a year in eight zones', {
  timeout: 600_000,
}, async () => {
  await ensureIndexes();
  const span = [new Date('2026-01-01T00:00:00Z'), new Date('2027-01-01T00:00:00Z')] as const;
  const { mailed, expected } = await mailedOver(...span, 11);
  expect(expected.length).toBeGreaterThan(8 * (52 + 60));
  expect(mailed).toEqual(expected);
});
