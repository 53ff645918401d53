import { hash, verify } from '@node-rs/argon2';
import { opaqueString } from '../../config/opaqueString.ts';

/** The least that RFC 9106's successor advice of OWASP gives for Argon2id: 19 MiB, two passes. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Stands for what no account has as its password. */
const NOBODYS = '';

/** An Argon2id hash (the library's default kind) with a fresh salt, in the PHC string format. */
export function hashPassword(password: string): Promise<string> {
  return hash(opaqueString(password) ?? NOBODYS, COST);
}

/** Whether the password, however its letters were typed, is the one that was hashed. */
export function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return verify(passwordHash, opaqueString(password) ?? NOBODYS);
}
