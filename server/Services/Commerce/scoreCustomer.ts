import { CreditScoreModel } from '../../models/commerce/CreditScoreModel.ts';
import { DURABLE } from '../../models/durable.ts';
import { unlessTaken } from '../../models/unlessTaken.ts';
import { customerScore } from './commerceQueries.ts';
import { type CreditScore, isNotableChange } from './creditScore.ts';
import type { Day } from './days.ts';

/** A score that was kept, and the one before it if people are to be told of the change. */
export interface ScoredCustomer extends CreditScore {
  readonly changedFrom: number | null;
}

/**
 * Computes a customer's credit score as of a day and keeps it, unless a newer job did so already.
 * @param runSeq orders what computes scores.
 * @throws AppError NOT_FOUND without the customer.
 */
export async function scoreCustomer(
  customerId: string,
  asOf: Day,
  runSeq: number,
): Promise<ScoredCustomer> {
  const score = await customerScore(customerId, asOf);
  const before = await CreditScoreModel.findOne(
    { customerId, asOf: { $lt: asOf }, score: { $ne: null } },
    { score: 1 },
  )
    .sort({ asOf: -1 })
    .lean();
  const earlier = before?.score ?? null;
  const changedFrom = isNotableChange(earlier, score.score) ? earlier : null;
  await keep(customerId, { ...score, changedFrom }, runSeq);
  return { ...score, changedFrom };
}

async function keep(customerId: string, scored: ScoredCustomer, runSeq: number): Promise<void> {
  const _id = `${customerId}@${scored.asOf}`;
  // Where a newer one is there the fence does not match, and the upsert meets its id.
  await unlessTaken(() =>
    CreditScoreModel.updateOne(
      { _id, runSeq: { $lte: runSeq } },
      { $set: { customerId, ...scored, runSeq } },
      { upsert: true, writeConcern: DURABLE },
    ),
  );
}
