import type { MailDoc, MailState } from '../../../../models/MailModel.ts';
import { concludeReminder, isReminderSettled } from '../../../Commerce/reminderMails.ts';
import { createMailer, type Mailer, type MailOutcome } from '../../../Mail/mailer.ts';
import { endMail, findMail } from '../../../Mail/outbox.ts';
import { smtpVerdict } from '../../../Mail/smtpFailures.ts';
import type { WorkerPlatform } from '../../queues/catalogue.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import { Cancelled, FailNow, RetryLater } from '../outcomes.ts';
import type { emailJob } from './email.job.ts';

type EmailProcessor = ProcessorOf<typeof emailJob>;

/** How long a mail waits when its server is not to be reached; that costs none of its attempts. */
const AGAIN_MS = 60_000;

/** The processor as a worker process has it: one connection to the server for all its jobs. */
export function loadEmailProcessor({ env }: WorkerPlatform): EmailProcessor {
  return emailProcessor(createMailer(env));
}

/** What a mail is about, where that may settle itself before the mail is sent. */
interface MailSubject {
  isSettled(data: MailDoc['data']): Promise<boolean>;
  /** Told what became of the mail; after a crash once more. */
  conclude(data: MailDoc['data'], state: MailState): Promise<void>;
}

const SUBJECTS: Readonly<Record<string, MailSubject>> = {
  'payment-reminder': { isSettled: isReminderSettled, conclude: concludeReminder },
};

/** Sends a mail, unless an earlier try of this job has, or what it is about has settled itself. */
function emailProcessor(mailer: Mailer): EmailProcessor {
  return async ({ mailId }) => {
    const mail = await findMail(mailId);
    if (mail === null) throw new Cancelled('The mail is gone, as with a user who was deleted.');
    const subject = SUBJECTS[mail.template];
    if (mail.state !== 'waiting') {
      await subject?.conclude(mail.data, mail.state);
      return { outcome: 'before' };
    }
    const outcome = (await subject?.isSettled(mail.data)) ? 'dropped' : await deliver(mail);
    if (outcome === 'dropped') await endMail(mailId, 'dropped');
    await subject?.conclude(mail.data, outcome);
    return { outcome };
  };

  async function deliver(mail: MailDoc): Promise<MailOutcome> {
    try {
      return await mailer.deliver(mail);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const verdict = smtpVerdict(error);
      if (verdict === 'unreachable') throw new RetryLater(AGAIN_MS, reason);
      if (verdict === 'later') throw error;
      await endMail(mail._id, 'refused', { response: reason });
      await SUBJECTS[mail.template]?.conclude(mail.data, 'refused');
      throw new FailNow('MAIL_REFUSED', `The mail server refused it for good: ${reason}`);
    }
  }
}
