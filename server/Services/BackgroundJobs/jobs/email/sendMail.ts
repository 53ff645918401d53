import { type NewMail, putIntoOutbox } from '../../../Mail/outbox.ts';
import type { MailTemplate } from '../../../Mail/templates.ts';
import { enqueue } from '../../enqueue.ts';
import type { Enqueued } from '../../enqueuing/enqueuer.ts';
import { emailJob } from './email.job.ts';

/**
 * Sends a mail, from a route, a service or a processor: it is put into the outbox, and a job sends it.
 * Called again with the same key it is the same mail, also after a crash in between.
 * @throws ZodError when the data do not fit the template; AppError as `enqueue` does.
 */
export async function sendMail<Template extends MailTemplate>(
  mail: NewMail<Template>,
): Promise<Enqueued & { mailId: string }> {
  const mailId = await putIntoOutbox(mail);
  const { userId } = mail;
  const options = { key: `mail-${mailId}`, ...(userId !== undefined && { userId }) };
  return { mailId, ...(await enqueue(emailJob, { mailId }, options)) };
}
