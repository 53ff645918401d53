import type { Env } from '../../config/env.ts';
import type { MailDoc } from '../../models/MailModel.ts';
import { UserModel } from '../../models/UserModel.ts';
import { isMailList } from './mailLists.ts';
import { endMail } from './outbox.ts';
import { publicUrlOf } from './publicUrl.ts';
import { type MailTemplate, renderMail } from './templates.ts';
import { type MailTransport, openMailTransport } from './transport.ts';
import { createUnsubscribeLinks, type UnsubscribeLinks } from './unsubscribeLinks.ts';

/** What became of a mail at this try. */
export type MailOutcome = 'sent' | 'kept' | 'unsubscribed';

/** Sends the mail of the outbox. */
export interface Mailer {
  /**
   * Sends one mail and records it. It is sent at least once: a crash between the server's word and
   * the record sends it again, with the same Message-ID.
   * @throws what the SMTP server or the way to it said; the mail then still waits.
   */
  deliver(mail: MailDoc): Promise<MailOutcome>;
}

type MailSettings = Pick<Env, 'SMTP_URL' | 'MAIL_FROM' | 'PUBLIC_URL' | 'JWT_SECRET' | 'PORT'>;

/** Makes the mailer of these settings. Nothing is connected before the first mail. */
export function createMailer(env: MailSettings): Mailer {
  const transport = openMailTransport(env);
  const domain = /@([^\s>]+)>?$/.exec(env.MAIL_FROM)?.[1] ?? 'localhost';
  const links =
    env.JWT_SECRET === undefined ? null : createUnsubscribeLinks(env.JWT_SECRET, publicUrlOf(env));

  return {
    async deliver(mail) {
      const url = unsubscribeUrl(mail, links);
      if (url !== null && (await hasUnsubscribed(mail))) {
        await endMail(mail._id, 'unsubscribed');
        return 'unsubscribed';
      }
      const rendered = await renderMail(mail.template as MailTemplate, mail.data, url);
      const response = await transport.send({
        ...rendered,
        from: env.MAIL_FROM,
        to: mail.to,
        messageId: `<${mail.messageId}@${domain}>`,
        headers: headersOf(url),
      });
      const { subject, text } = rendered;
      const outcome = OUTCOMES[transport.kind];
      await endMail(mail._id, outcome, {
        response,
        rendered: outcome === 'kept' ? { subject, text } : null,
      });
      return outcome;
    },
  };
}

const OUTCOMES: Readonly<Record<MailTransport['kind'], 'sent' | 'kept'>> = {
  smtp: 'sent',
  outbox: 'kept',
};

/** One-click unsubscribing (RFC 8058), and what keeps automatic replies away (RFC 3834). */
function headersOf(unsubscribe: string | null): Record<string, string> {
  const automatic = { 'Auto-Submitted': 'auto-generated' };
  if (unsubscribe === null) return automatic;
  return {
    ...automatic,
    'List-Unsubscribe': `<${unsubscribe}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}

function unsubscribeUrl(
  { list, userId, key }: MailDoc,
  links: UnsubscribeLinks | null,
): string | null {
  if (list === null || userId === null || !isMailList(list)) return null;
  if (links === null) {
    throw new Error(
      `${key} must carry a link to unsubscribe, which JWT_SECRET signs: name it in the worker’s .env.`,
    );
  }
  return links.urlFor({ userId: userId.toHexString(), list });
}

async function hasUnsubscribed({ userId, list }: MailDoc): Promise<boolean> {
  return (await UserModel.exists({ _id: userId, unsubscribed: list })) !== null;
}
