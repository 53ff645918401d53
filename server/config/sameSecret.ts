import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a secret or a signature is the right one, in a time that tells nothing of how much of it is. */
export function isSameSecret(given: string | Uint8Array, right: string | Uint8Array): boolean {
  // Digests are of one length: even the length of what is right stays unknown.
  return timingSafeEqual(digestOf(given), digestOf(right));
}

function digestOf(secret: string | Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}
