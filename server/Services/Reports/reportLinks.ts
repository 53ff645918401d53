import { createHmac } from 'node:crypto';
import { isSameSecret } from '../../config/sameSecret.ts';

/** A link that lets its holder download one report until it expires. */
export interface ReportLink {
  readonly expiresAt: Date;
  /** Seconds of the epoch; the signature is over them and the report's id. */
  readonly expires: number;
  readonly signature: string;
}

export interface ReportLinks {
  linkTo(reportId: string, now?: Date): ReportLink;
  isGood(reportId: string, link: Pick<ReportLink, 'expires' | 'signature'>, now?: Date): boolean;
}

const GOOD_FOR_SECONDS = 15 * 60;

/** Signs links to reports (HMAC-SHA-256), so that a browser can follow them without a token. */
export function createReportLinks(secret: string): ReportLinks {
  function signatureOf(reportId: string, expires: number): string {
    return createHmac('sha256', secret)
      .update(`report download ${reportId} ${expires}`)
      .digest('base64url');
  }
  return {
    linkTo(reportId, now = new Date()) {
      const expires = Math.floor(now.getTime() / 1_000) + GOOD_FOR_SECONDS;
      const signature = signatureOf(reportId, expires);
      return { expiresAt: new Date(expires * 1_000), expires, signature };
    },
    isGood(reportId, { expires, signature }, now = new Date()) {
      const isSigned = isSameSecret(signature, signatureOf(reportId, expires));
      return isSigned && expires * 1_000 > now.getTime();
    },
  };
}
