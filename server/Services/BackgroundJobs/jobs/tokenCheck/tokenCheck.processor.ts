import { type EndingToken, endingTokens, markTold } from '../../../ApiTokens/endingTokens.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import { sendMail } from '../email/sendMail.ts';
import type { tokenCheckJob } from './tokenCheck.job.ts';

/** A token is refused from its date on, whenever this runs: here its end is recorded and told. */
export const tokenCheckProcessor: ProcessorOf<typeof tokenCheckJob> = async (
  _payload,
  { signal },
) => {
  const now = new Date();
  const checked = { effects: 0, expired: 0, told: 0 };
  let after: string | null = null;
  do {
    const { ending, next } = await endingTokens(now, after);
    for (const token of ending) {
      signal.throwIfAborted();
      // First the mail, under a key of its own: a crash before the mark tells nobody twice.
      if (token.email !== null) checked.told += await tell(token, token.email);
      await markTold(token, now);
      if (token.note === 'expired') checked.expired += 1;
      checked.effects += 1;
    }
    after = next;
  } while (after !== null);
  return checked;
};

async function tell({ tokenId, name, hint, expiresAt, note }: EndingToken, to: string) {
  await sendMail({
    key: `api-token-${tokenId}-${note}`,
    template: 'api-token',
    to,
    data: { name, hint, expiresAt: expiresAt.toISOString(), expired: note === 'expired' },
  });
  return 1;
}
