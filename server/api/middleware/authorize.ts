import type { Request } from 'express';
import { extendLogContext } from '../../config/logContext.ts';
import { AppError } from '../../errors/AppError.ts';
import type { Role } from '../../models/AccountModel.ts';
import type { Guard } from '../../routes/route.ts';
import type { Authentication, Identity } from '../../Services/Auth/authentication.ts';

export interface AuthorizeDeps {
  authentication: Pick<Authentication, 'identify'>;
  /** The ObjectId of the user that goes by this ObjectId or externalId; null if there is none. */
  findUserId(reference: string): Promise<string | null>;
}

/** The caller's identity, or null where the guard asks for none. */
export type Authorize = (request: Request, guard: Guard) => Promise<Identity | null>;

const ROLES_OF: Readonly<Record<Exclude<Guard, 'anyone'>, readonly Role[]>> = {
  administrator: ['admin'],
  reader: ['admin', 'viewer'],
  ownUserOrReader: ['admin', 'viewer'],
};

function bearerToken(request: Request): string {
  const [, token] = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '') ?? [];
  if (token !== undefined) return token;
  throw new AppError(
    'UNAUTHENTICATED',
    'A token is needed: POST /app/auth/login, then send it as "Authorization: Bearer <token>".',
  );
}

/**
 * Makes the check behind every guard. It rejects with an AppError: `UNAUTHENTICATED` without a good
 * token, `FORBIDDEN` if the account may not do this.
 */
export function createAuthorize({ authentication, findUserId }: AuthorizeDeps): Authorize {
  async function isOwnUser(identity: Identity, request: Request): Promise<boolean> {
    const { userId: reference } = request.params;
    if (identity.userId === null || typeof reference !== 'string') return false;
    return reference === identity.userId || (await findUserId(reference)) === identity.userId;
  }

  return async (request, guard) => {
    if (guard === 'anyone') return null;
    const identity = await authentication.identify(bearerToken(request));
    extendLogContext({ accountId: identity.accountId });
    if (ROLES_OF[guard].includes(identity.role)) return identity;
    if (guard === 'ownUserOrReader' && (await isOwnUser(identity, request))) return identity;
    throw new AppError('FORBIDDEN', `An account of the role ${identity.role} may not do this.`);
  };
}
