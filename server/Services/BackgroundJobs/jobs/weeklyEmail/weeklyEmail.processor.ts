import { WEEKLY } from '../../../UserMails/dueMails.ts';
import { markMailed } from '../../../UserMails/mailMarks.ts';
import { weeklySummary } from '../../../UserMails/weeklySummary.ts';
import type { Processor } from '../../queues/jobDefinition.ts';
import { sendMail } from '../email/sendMail.ts';
import { recipientOf, type UserMailPayload, type UserMailResult } from '../userMailJob.ts';

/** First the mail, under the mark's key, then the mark: a crash in between sends nothing twice. */
export const weeklyEmailProcessor: Processor<UserMailPayload, UserMailResult> = async (payload) => {
  const recipient = await recipientOf(WEEKLY, payload);
  if (recipient === null) return { effects: 0 };
  const { user, key, list, due } = recipient;
  const { userId } = payload;
  const data = await weeklySummary(userId, due);
  if (data === null) return { effects: 0 };
  await sendMail({ key, list, userId, template: 'weekly-summary', to: user.email, data });
  return { effects: (await markMailed(key, userId)) ? 1 : 0 };
};
