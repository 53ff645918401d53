import { createHash, createSecretKey, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { EnvironmentError } from '../../config/env.ts';
import { signingSecretProblem } from '../../config/signingSecret.ts';
import { AppError } from '../../errors/AppError.ts';
import { ROLES, type Role } from '../../models/AccountModel.ts';
import { looksLikeObjectId } from '../../models/objectIds.ts';

const ALGORITHM = 'HS256';
const PARTY = 'hourwork';
/** Another audience: a token of a device is no login, nor the other way round (RFC 8725, 3.9). */
const DEVICES = 'hourwork-device';
const DEVICE_DAYS = 180;

const claimsSchema = z.object({
  sub: z.string().refine(looksLikeObjectId),
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

export interface IssuedToken {
  token: string;
  expiresAt: Date;
}

export interface Tokens {
  issue(claims: TokenClaims): IssuedToken;
  /** @throws AppError `UNAUTHENTICATED` unless we made the token and it is still fresh. */
  read(token: string): TokenClaims;
  /** A token that tells, for half a year, that its bearer has logged in by this e-mail. */
  issueDevice(email: string): IssuedToken;
  /** The id of the device that has logged in by this e-mail; null if the token does not say so. */
  readDevice(token: string, email: string): string | null;
}

/**
 * JSON Web Tokens (RFC 7519), signed with HMAC SHA-256 and nothing else.
 * @throws EnvironmentError if the secret is absent, short or easy to guess.
 */
export function createTokens(options: { secret: string | undefined; ttlMinutes: number }): Tokens {
  const { secret, ttlMinutes } = options;
  const problem = secret === undefined ? 'is not set' : signingSecretProblem(secret);
  if (secret === undefined || problem !== null) {
    throw new EnvironmentError(
      `JWT_SECRET ${problem}. The API signs its tokens with it.\n` +
        'Make one with `openssl rand -hex 32` and put it into .env as JWT_SECRET=…',
    );
  }
  // Given as text, each use would first try to read it as a public key, which takes a millisecond.
  const key = createSecretKey(secret, 'utf8');

  function sign(
    { sub, ...claims }: { sub: string; [claim: string]: unknown },
    { audience, seconds }: { audience: string; seconds: number },
  ): IssuedToken {
    const issuedAt = Math.floor(Date.now() / 1000);
    const exp = issuedAt + seconds;
    const token = jwt.sign({ ...claims, iat: issuedAt, exp }, key, {
      algorithm: ALGORITHM,
      issuer: PARTY,
      audience,
      subject: sub,
    });
    return { token, expiresAt: new Date(exp * 1000) };
  }

  return {
    issue: (claims) => sign({ ...claims }, { audience: PARTY, seconds: ttlMinutes * 60 }),
    issueDevice: (email) =>
      sign(
        { sub: digest(email), jti: randomUUID() },
        { audience: DEVICES, seconds: DEVICE_DAYS * 86_400 },
      ),
    readDevice(token, email) {
      try {
        const payload = jwt.verify(token, key, {
          algorithms: [ALGORITHM],
          issuer: PARTY,
          audience: DEVICES,
          subject: digest(email),
        });
        return typeof payload === 'object' ? (payload.jti ?? null) : null;
      } catch {
        return null;
      }
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

/** So that the token does not tell the e-mail. */
function digest(email: string): string {
  return createHash('sha256').update(email).digest('base64url');
}
