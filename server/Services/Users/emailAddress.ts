import { domainToASCII } from 'node:url';
import { MAX_EMAIL_BYTES } from '../../models/UserModel.ts';

/** RFC 5321, 4.5.3.1.1. */
const MAX_LOCAL_PART_BYTES = 64;
const MAX_DOMAIN_LENGTH = 253;
/** A dot-atom of RFC 5322, 3.2.3, with the letters and digits of every script (RFC 6531, 3.3). */
const LOCAL_PART =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
/** What domainToASCII may be given: it also decodes %61 and cuts off a port. */
const WRITTEN_DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;
/** At least two labels; the last is no number, as that of an IP address would be. */
const DOMAIN =
  /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+(?!\d+$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i;

/**
 * Whether a mail can be sent to this address as far as its form tells: international ones too, of
 * at most 254 bytes in all (RFC 5321, 4.5.3.1.3, less the brackets of a path).
 */
export function isEmailAddress(text: string): boolean {
  if (text.length > MAX_EMAIL_BYTES || Buffer.byteLength(text) > MAX_EMAIL_BYTES) return false;
  const at = text.lastIndexOf('@');
  const localPart = text.slice(0, Math.max(at, 0));
  if (Buffer.byteLength(localPart) > MAX_LOCAL_PART_BYTES || !LOCAL_PART.test(localPart)) {
    return false;
  }
  const domain = text.slice(at + 1);
  if (!WRITTEN_DOMAIN.test(domain)) return false;
  const ascii = domainToASCII(domain);
  return ascii.length <= MAX_DOMAIN_LENGTH && DOMAIN.test(ascii);
}
