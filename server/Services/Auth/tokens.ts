import { createSecretKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { EnvironmentError } from '../../config/env.ts';
import { AppError } from '../../errors/AppError.ts';
import { ROLES, type Role } from '../../models/AccountModel.ts';

const ALGORITHM = 'HS256';
const PARTY = 'hourwork';
const MIN_SECRET_BYTES = 32;

const claimsSchema = z.object({
  sub: z.string(),
  role: z.enum(ROLES),
  userId: z.string().nullable(),
  version: z.number().int(),
  exp: z.number(),
});

/** What a token says of its bearer; `version` is the account's tokenVersion when it was made. */
export interface TokenClaims {
  sub: string;
  role: Role;
  userId: string | null;
  version: number;
}

interface IssuedToken {
  token: string;
  expiresAt: Date;
}

export interface Tokens {
  issue(claims: TokenClaims): IssuedToken;
  /** @throws AppError `UNAUTHENTICATED` unless we made the token and it is still fresh. */
  read(token: string): TokenClaims;
}

/**
 * JSON Web Tokens (RFC 7519), signed with HMAC SHA-256 and nothing else.
 * @throws EnvironmentError if the secret is absent or shorter than the 32 bytes HS256 asks for
 * (RFC 7518, 3.2).
 */
export function createTokens(options: { secret: string | undefined; ttlMinutes: number }): Tokens {
  const { secret, ttlMinutes } = options;
  if (secret === undefined || Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
    throw new EnvironmentError(
      `JWT_SECRET is ${secret === undefined ? 'not set' : 'too short'}: the API signs its tokens ` +
        `with it and needs at least ${MIN_SECRET_BYTES} bytes.\n` +
        'Make one with `openssl rand -hex 32` and put it into .env as JWT_SECRET=…',
    );
  }
  // Given as text, each use would first try to read it as a public key, which takes a millisecond.
  const key = createSecretKey(secret, 'utf8');
  return {
    issue({ sub, ...claims }) {
      const issuedAt = Math.floor(Date.now() / 1000);
      const exp = issuedAt + ttlMinutes * 60;
      const token = jwt.sign({ ...claims, iat: issuedAt, exp }, key, {
        algorithm: ALGORITHM,
        issuer: PARTY,
        audience: PARTY,
        subject: sub,
      });
      return { token, expiresAt: new Date(exp * 1000) };
    },
    read(token) {
      try {
        const payload = jwt.verify(token, key, {
          algorithms: [ALGORITHM],
          issuer: PARTY,
          audience: PARTY,
        });
        return claimsSchema.parse(payload);
      } catch (cause) {
        const expired = cause instanceof jwt.TokenExpiredError;
        throw new AppError(
          'UNAUTHENTICATED',
          expired
            ? 'The token has expired: log in again.'
            : 'The token is not valid: log in again.',
          { cause },
        );
      }
    },
  };
}
