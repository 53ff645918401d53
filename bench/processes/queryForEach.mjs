// A user's data as most code reads and writes it: each user by queries of its own, nothing gathered.
import { load } from './parts.mjs';

const { driverCollection } = await load('models/driverCollection.js');
const { objectId } = await load('models/objectIds.js');
const { UserSummaryModel } = await load('models/UserSummaryModel.js');
const { loadPurchases } = await load('Services/CustomerScoring/loadPurchases.js');
const { existingUsers } = await load('Services/Users/existingUsers.js');

/** @param {{runSeq: number, asOf: string}} run */
export function queryForEach({ runSeq, asOf }) {
  return {
    async purchases(/** @type {string} */ userId) {
      const [purchases] = await loadPurchases([{ userId, asOf }]);
      return purchases;
    },
    /** Behind the same fence as the product's: an older run never replaces a newer one. */
    async saveSummary(/** @type {string} */ userId, /** @type {object} */ score) {
      await driverCollection(UserSummaryModel).updateOne(
        { userId: objectId(userId), runSeq: { $lt: runSeq }, asOf: { $lte: asOf } },
        { $set: { ...score, runSeq, asOf } },
        { upsert: true },
      );
      const [exists] = await existingUsers([userId]);
      if (!exists) throw new Error(`User ${userId} was deleted meanwhile`);
    },
  };
}
