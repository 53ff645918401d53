import { scoreCustomer } from '../../../Commerce/scoreCustomer.ts';
import type { Notice } from '../../../Outbound/noticeCall.ts';
import { notify } from '../../notifying/notify.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import type { creditScoreJob } from './creditScore.job.ts';

/** Scores a customer; a notable change is told to people, once, and stands in the list of changes. */
export const creditScoreProcessor: ProcessorOf<typeof creditScoreJob> = async (
  { customerId, asOf },
  { runSeq, log },
) => {
  const { score, changedFrom } = await scoreCustomer(customerId, asOf, runSeq);
  if (changedFrom !== null && score !== null) {
    await notify(noticeOf({ customerId, asOf, score, changedFrom }));
    log.warn('A customer’s credit score has changed', { customerId, asOf, score, changedFrom });
  }
  return { score, changedFrom };
};

function noticeOf(change: {
  customerId: string;
  asOf: string;
  score: number;
  changedFrom: number;
}): Notice {
  const { customerId, asOf, score, changedFrom } = change;
  const moved = score > changedFrom ? 'risen' : 'fallen';
  return {
    key: `credit-score-${customerId}-${asOf}`,
    title: `The credit score of ${customerId} has ${moved} from ${changedFrom} to ${score}`,
    lines: [
      `It was computed as of ${asOf}. Each part of it: GET /api/v1/commerce/customers/${customerId}/score?asOf=${asOf}`,
      score < changedFrom
        ? 'Look whether the credit limit still fits.'
        : 'There is nothing that must be done.',
    ],
  };
}
