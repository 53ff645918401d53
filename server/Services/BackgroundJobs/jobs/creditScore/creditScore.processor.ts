import { scoreCustomer } from '../../../Commerce/scoreCustomer.ts';
import type { Processor } from '../../queues/jobDefinition.ts';
import type { CreditScorePayload } from './creditScore.job.ts';

interface Scored {
  score: number | null;
  changedFrom: number | null;
}

/** Scores a customer; a notable change is told in the log and in the list of changes. */
export const creditScoreProcessor: Processor<CreditScorePayload, Scored> = async (
  { customerId, asOf },
  { runSeq, log },
) => {
  const { score, changedFrom } = await scoreCustomer(customerId, asOf, runSeq);
  if (changedFrom !== null) {
    log.warn('A customer’s credit score has changed', { customerId, asOf, score, changedFrom });
  }
  return { score, changedFrom };
};
