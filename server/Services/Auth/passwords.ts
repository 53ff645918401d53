import { hash, verify } from '@node-rs/argon2';

/** The least that RFC 9106's successor advice of OWASP gives for Argon2id: 19 MiB, two passes. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const MIN_PASSWORD_LENGTH = 12;
/** A longer one is no stronger, and costs time to refuse. */
export const MAX_PASSWORD_LENGTH = 256;

/** An Argon2id hash (the library's default kind) with a fresh salt, in the PHC string format. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

/** Whether the password is the one that was hashed. */
export function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return verify(passwordHash, password);
}
