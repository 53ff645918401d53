import { scoreCustomer } from '../../../Commerce/scoreCustomer.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import type { creditScoreJob } from './creditScore.job.ts';

/** Scores a customer; a notable change is told in the log and in the list of changes. */
export const creditScoreProcessor: ProcessorOf<typeof creditScoreJob> = async (
  { customerId, asOf },
  { runSeq, log },
) => {
  const { score, changedFrom } = await scoreCustomer(customerId, asOf, runSeq);
  if (changedFrom !== null) {
    log.warn('A customer’s credit score has changed', { customerId, asOf, score, changedFrom });
  }
  return { score, changedFrom };
};
