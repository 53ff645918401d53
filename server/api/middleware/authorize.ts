import type { Request } from 'express';
import { extendLogContext } from '../../config/logContext.ts';
import { isSameSecret } from '../../config/sameSecret.ts';
import { SESSION, SESSION_HEADER } from '../../controllers/session.ts';
import { AppError } from '../../errors/AppError.ts';
import type { Role } from '../../models/AccountModel.ts';
import type { TokenScope } from '../../models/ApiTokenModel.ts';
import type { Guard, Route } from '../../routes/route.ts';
import type { Authentication, Identity } from '../../Services/Auth/authentication.ts';
import { cookiesOf } from '../cookies.ts';

export interface AuthorizeDeps {
  authentication: Pick<Authentication, 'identify'>;
  /** The key for the guard `keyOrAdministrator` (CRON_MANAGER_API_KEY); without one no key is right. */
  apiKey: string | undefined;
  /** The ObjectId of the user that goes by this ObjectId or externalId; null if there is none. */
  findUserId(reference: string): Promise<string | null>;
}

/** The caller's identity, or null where the guard asks for none. */
export type Authorize = (
  request: Request,
  route: Pick<Route, 'guard' | 'scope'>,
) => Promise<Identity | null>;

const ROLES_OF: Readonly<Record<Exclude<Guard, 'anyone'>, readonly Role[]>> = {
  administrator: ['admin'],
  reader: ['admin', 'viewer'],
  ownUserOrReader: ['admin', 'viewer'],
  keyOrAdministrator: ['admin'],
};

const CHANGES_NOTHING: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** What an API token must be good for, unless the route says otherwise. */
const SCOPE_OF: Readonly<Record<Guard, TokenScope>> = {
  anyone: 'read',
  administrator: 'admin',
  reader: 'read',
  ownUserOrReader: 'read',
  keyOrAdministrator: 'cron',
};

/** The identity of a request that sends the API key. */
const KEY_HOLDER: Identity = {
  accountId: 'api-key',
  email: '',
  role: 'admin',
  userId: null,
  scopes: null,
};

function sentKey(request: Request): string | undefined {
  const header = request.get('x-api-key');
  const body: unknown = request.body;
  if (header !== undefined || typeof body !== 'object' || body === null) return header;
  return 'apiKey' in body && typeof body.apiKey === 'string' ? body.apiKey : undefined;
}

/** The token that was sent: as a header by a program, as a cookie by a browser. */
function tokenOf(request: Request): string {
  const [, token] = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '') ?? [];
  if (token !== undefined) return token;
  const session = cookiesOf(request).get(SESSION.name);
  if (session !== undefined && session !== '') {
    refuseForgery(request);
    return session;
  }
  throw new AppError(
    'UNAUTHENTICATED',
    'A token is needed: POST /app/auth/login, then send it as "Authorization: Bearer <token>".',
  );
}

/** A browser sends its cookies with whatever makes it ask, also a page of another site. */
function refuseForgery(request: Request): void {
  if (CHANGES_NOTHING.has(request.method)) return;
  const from = request.get('sec-fetch-site') ?? 'same-origin';
  if (from === 'same-origin' && request.get(SESSION_HEADER) !== undefined) return;
  throw new AppError(
    'FORBIDDEN',
    'A browser’s session changes nothing unless the request comes from this installation’s own page, with the header X-Hourwork-Session.',
  );
}

/**
 * Makes the check behind every guard. It rejects with an AppError: `UNAUTHENTICATED` without a good
 * token, `FORBIDDEN` if the account may not do this.
 */
export function createAuthorize({ authentication, apiKey, findUserId }: AuthorizeDeps): Authorize {
  async function isOwnUser(identity: Identity, request: Request): Promise<boolean> {
    const { userId: reference } = request.params;
    if (identity.userId === null || typeof reference !== 'string') return false;
    return reference === identity.userId || (await findUserId(reference)) === identity.userId;
  }

  return async (request, { guard, scope = SCOPE_OF[guard] }) => {
    if (guard === 'anyone') return null;
    const key = guard === 'keyOrAdministrator' ? sentKey(request) : undefined;
    if (key !== undefined) {
      if (apiKey === undefined || !isSameSecret(key, apiKey)) {
        throw new AppError(
          'UNAUTHENTICATED',
          'The API key is wrong: it is CRON_MANAGER_API_KEY of .env, read when the API starts.',
        );
      }
      extendLogContext({ accountId: KEY_HOLDER.accountId });
      return KEY_HOLDER;
    }
    const identity = await authentication.identify(tokenOf(request));
    extendLogContext({ accountId: identity.accountId });
    if (identity.scopes !== null && !identity.scopes.includes(scope)) {
      throw new AppError('FORBIDDEN', `The API token lacks the scope ${scope}, which this needs.`);
    }
    if (ROLES_OF[guard].includes(identity.role)) return identity;
    if (guard === 'ownUserOrReader' && (await isOwnUser(identity, request))) return identity;
    throw new AppError('FORBIDDEN', `An account of the role ${identity.role} may not do this.`);
  };
}
