import { createHmac, hkdfSync } from 'node:crypto';
import { isSameSecret } from '../../config/sameSecret.ts';
import { isMailList, type MailList } from './mailLists.ts';

/** Whom a link unsubscribes, and from what. */
export interface Subscription {
  userId: string;
  list: MailList;
}

/** Makes and reads links that unsubscribe without a login. */
export interface UnsubscribeLinks {
  urlFor(subscription: Subscription): string;
  /** Null for a token that this installation has not signed. */
  read(token: string): Subscription | null;
}

/** The path under PUBLIC_URL. */
export const UNSUBSCRIBE_PATH = '/mail/unsubscribe';

/** @param secret JWT_SECRET: a key of its own is derived from it (RFC 5869). */
export function createUnsubscribeLinks(secret: string, publicUrl: string): UnsubscribeLinks {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'hourwork unsubscribe', 32));
  const signatureOf = (text: string) => createHmac('sha256', key).update(text).digest();
  return {
    urlFor({ userId, list }) {
      const text = `${userId}.${list}`;
      const token = `${text}.${signatureOf(text).toString('base64url')}`;
      return `${publicUrl.replace(/\/$/, '')}${UNSUBSCRIBE_PATH}?token=${token}`;
    },
    read(token) {
      const [, userId = '', list = '', signature = ''] =
        /^([0-9a-f]{24})\.([a-z]{1,20})\.([\w-]{43})$/.exec(token) ?? [];
      const right = signatureOf(`${userId}.${list}`);
      if (!isSameSecret(Buffer.from(signature, 'base64url'), right)) return null;
      return isMailList(list) ? { userId, list } : null;
    },
  };
}
