import { createMailer, type Mailer } from '../../../Mail/mailer.ts';
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

/** Sends a mail, unless an earlier try of this job has. */
function emailProcessor(mailer: Mailer): EmailProcessor {
  return async ({ mailId }) => {
    const mail = await findMail(mailId);
    if (mail === null) throw new Cancelled('The mail is gone, as with a user who was deleted.');
    if (mail.state !== 'waiting') return { outcome: 'before' };
    try {
      return { outcome: await mailer.deliver(mail) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const verdict = smtpVerdict(error);
      if (verdict === 'unreachable') throw new RetryLater(AGAIN_MS, reason);
      if (verdict === 'later') throw error;
      await endMail(mailId, 'refused', { response: reason });
      throw new FailNow('MAIL_REFUSED', `The mail server refused it for good: ${reason}`);
    }
  };
}
