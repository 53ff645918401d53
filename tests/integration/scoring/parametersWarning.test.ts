import { expect, it } from 'vitest';
import { PurchaseModel, SAMPLE_SOURCE } from '../../../server/models/PurchaseModel.ts';
import { parametersWarning } from '../../../server/Services/CustomerScoring/parametersWarning.ts';
import { CDNOW_ESTIMATES } from '../../../server/Services/CustomerScoring/probabilityAlive.ts';
import { makePurchases, makeUser, useOwnDatabase } from './ownDatabase.ts';

useOwnDatabase();

it('warns where the parameters of the sample are used on other data', async () => {
  expect(await parametersWarning(CDNOW_ESTIMATES)).toBeNull();

  const userId = await makeUser();
  await PurchaseModel.create({
    userId,
    purchasedAt: new Date(),
    amountCents: 100,
    items: 1,
    source: SAMPLE_SOURCE,
    key: 2,
  });
  expect(await parametersWarning(CDNOW_ESTIMATES)).toBeNull();

  await makePurchases(userId, ['2026-01-01T00:00:00Z']);
  expect(await parametersWarning(CDNOW_ESTIMATES)).toMatch(/SCORING_PARAMS/);
  expect(await parametersWarning({ ...CDNOW_ESTIMATES, r: 0.3 })).toBeNull();
});
