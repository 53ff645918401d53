import { createHash } from 'node:crypto';

/**
 * Names what an account asks for under an Idempotency-Key: two accounts that choose the same key do not
 * meet, and the name is of one length however long the key is.
 * @returns 64 hexadecimal digits.
 */
export function requestHash(accountId: string, ...parts: readonly string[]): string {
  return createHash('sha256')
    .update([accountId, ...parts].join(' '))
    .digest('hex');
}
