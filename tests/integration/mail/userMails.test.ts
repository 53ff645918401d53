import { expect, it } from 'vitest';
import { ensureIndexes } from '../../../server/models/indexes.ts';
import { useOwnDatabase } from '../scoring/ownDatabase.ts';
import { mailedOver } from './mailedOver.ts';

useOwnDatabase();

it('is sent once, at the right local hour, over the clock changes of spring in eight zones', async () => {
  await ensureIndexes();
  const span = [new Date('2026-03-27T00:00:00Z'), new Date('2026-04-08T00:00:00Z')] as const;
  const { mailed, expected } = await mailedOver(...span, 3);
  expect(expected.length).toBeGreaterThan(8 * 4);
  expect(mailed).toEqual(expected);
});
