// The effect of a start is what the product's own writer makes of it: the user's summary, behind the
// product's fence. Two accounts of it are kept that no fence of the test's stands before:
// - `writes`: one document for each call of the writer that was answered, with its answer;
// - in the summary itself, one field for each write that took effect, put there by the very statement
//   that the product sends: nothing removes it, and later ones come after it.
import mongoose from 'mongoose';
import { TRACE } from './trace.mjs';

const compiled = new URL('../../dist/server/', import.meta.url);
/** @param {string} path */
const load = (path) => import(new URL(path, compiled).href);

const { DURABLE } = await load('models/durable.js');

/** @typedef {import('../../server/Services/CustomerScoring/userDataGateway.ts').UserDataGateway} UserDataGateway */
/** @typedef {import('../../server/models/UserSummaryModel.ts').CustomerScore} CustomerScore */

/**
 * What is written for work that writes no summary.
 * @type {CustomerScore}
 */
const NO_SCORE = {
  frequency: 0,
  recencyWeeks: 0,
  ageWeeks: 0,
  monetary: 0,
  totalSpend: 0,
  pAlive: null,
  segment: 'new',
  firstPurchaseAt: null,
  lastPurchaseAt: null,
  purchases: 0,
};

/**
 * The product's gateway for one start of a job, with its writes on record.
 * @param {UserDataGateway} product
 * @param {import('../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts').UserDataPayload} payload
 * @param {import('../../server/Services/BackgroundJobs/queues/jobDefinition.ts').ProcessorContext} context
 * @returns {{userData: UserDataGateway, ensure: () => Promise<void>}} `ensure` writes in the work's
 *   place if the work, whatever it is, wrote no summary
 */
export function journaled(product, { userId, asOf, backfill }, { runId, runSeq, signal }) {
  let wrote = false;
  /** @type {UserDataGateway} */
  const userData = {
    forJob(scope) {
      const data = product.forJob(scope);
      return {
        ...data,
        async saveSummary(user, score) {
          wrote = true;
          const start = new mongoose.Types.ObjectId().toHexString();
          const entry = { runId, runSeq: scope.runSeq, pid: process.pid };
          const traced = { ...score, [TRACE + start]: entry };
          const outcome = await data.saveSummary(user, traced);
          await mongoose.connection
            .collection('writes')
            .insertOne(
              { ...entry, userId: user, start, outcome, at: new Date() },
              { writeConcern: DURABLE },
            );
          return outcome;
        },
      };
    },
  };
  return {
    userData,
    async ensure() {
      if (wrote) return;
      await userData.forJob({ runSeq, backfill, asOf, signal }).saveSummary(userId, NO_SCORE);
    },
  };
}
