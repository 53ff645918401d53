import { DateTime } from 'luxon';
import { TRIAL } from '../../../UserMails/dueMails.ts';
import { calendarDays } from '../../../UserMails/localTimes.ts';
import { markMailed } from '../../../UserMails/mailMarks.ts';
import type { Processor } from '../../queues/jobDefinition.ts';
import { sendMail } from '../email/sendMail.ts';
import { recipientOf, type UserMailPayload, type UserMailResult } from '../userMailJob.ts';

/** First the mail, under the mark's key, then the mark: a crash in between sends nothing twice. */
export const trialReminderProcessor: Processor<UserMailPayload, UserMailResult> = async (
  payload,
) => {
  const recipient = await recipientOf(TRIAL, payload);
  if (recipient === null) return { effects: 0 };
  const { user, key, list, due } = recipient;
  const { timezone: zone, trialEndsAt = due } = user;
  const days = calendarDays(due, trialEndsAt, zone);
  await sendMail({
    ...{ key, list, userId: payload.userId, template: 'trial-ending', to: user.email },
    data: {
      when: days === 1 ? 'tomorrow' : `in ${days} days`,
      end: DateTime.fromJSDate(trialEndsAt, { zone }).toFormat('cccc d LLLL yyyy, HH:mm'),
      zone,
    },
  });
  return { effects: (await markMailed(key, payload.userId)) ? 1 : 0 };
};
