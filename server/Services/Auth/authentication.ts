import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors/AppError.ts';
import { AccountModel, type Role } from '../../models/AccountModel.ts';
import type { TokenScope } from '../../models/ApiTokenModel.ts';
import { DURABLE } from '../../models/durable.ts';
import { readOne } from '../../models/readDeadline.ts';
import { looksLikeApiToken, readApiToken } from '../ApiTokens/apiTokens.ts';
import { inTurn } from './inTurn.ts';
import { createLoginThrottle } from './loginThrottle.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import type { IssuedToken, Tokens } from './tokens.ts';

/** Who asks, as the account stands now. */
export interface Identity {
  accountId: string;
  email: string;
  role: Role;
  /** The ObjectId of the user a `user` account stands for; null for the other roles. */
  userId: string | null;
  /** What an API token may be used for; null for a login, which may do all its role may. */
  scopes: readonly TokenScope[] | null;
}

/** From where a login comes. */
export interface Client {
  /** The client's address, or the network that stands for it. */
  address: string;
  /** The device token of an earlier login, if it has kept one. */
  deviceToken: string | undefined;
}

export interface Login extends IssuedToken {
  role: Role;
  /** Shown at the next login, it tells that this device is known. It lets nobody in. */
  device: IssuedToken;
}

export interface Authentication {
  /**
   * @throws AppError `INVALID_CREDENTIALS`, the same after the same time whether the e-mail is
   * unknown, the password wrong or the account disabled; `RATE_LIMITED` after too many of them.
   */
  login(credentials: { email: string; password: string }, client: Client): Promise<Login>;
  /** @throws AppError `UNAUTHENTICATED` if the token is not ours, or no longer good. */
  identify(token: string): Promise<Identity>;
  /** Ends every token of the account, wherever it is used. */
  endTokens(accountId: string): Promise<void>;
}

/**
 * Each takes 20 ms of a core and 19 MiB. More at once would keep the process from its other work, and
 * Node's few threads from files and names.
 */
const VERIFIED = { atOnce: 2, waiting: 200 } as const;

interface AuthenticationOptions {
  tokens: Tokens;
  /** Failures allowed in a minute (LOGIN_ATTEMPTS_PER_MINUTE). */
  loginAttemptsPerMinute: number;
}

/** Login by e-mail and password, and the identity behind a token. */
export function createAuthentication({
  tokens,
  loginAttemptsPerMinute,
}: AuthenticationOptions): Authentication {
  const throttle = createLoginThrottle({ attemptsPerMinute: loginAttemptsPerMinute });
  const verifyInTurn = inTurn(VERIFIED);
  // Compared with when the e-mail is unknown, so that the answer takes as long.
  const hashOfNobody = hashPassword(randomUUID());

  return {
    login({ email, password }, { address, deviceToken }) {
      const device = deviceToken === undefined ? null : tokens.readDevice(deviceToken, email);
      // What is refused costs neither a query nor a comparison.
      return throttle.attempt({ email, address, device }, async () => {
        const account = await readOne((options) =>
          AccountModel.findOne({ email }, null, options).lean(),
        );
        const passwordHash = account?.passwordHash ?? (await hashOfNobody);
        const matches = await verifyInTurn(() => verifyPassword(passwordHash, password));
        if (account === null || account.disabledAt !== null || !matches) {
          throw new AppError('INVALID_CREDENTIALS', 'E-mail or password is wrong.');
        }
        const { role, tokenVersion: version } = account;
        const userId = account.userId?.toString() ?? null;
        return {
          ...tokens.issue({ sub: account._id.toString(), role, userId, version }),
          role,
          device: tokens.issueDevice(email),
        };
      });
    },

    async identify(token) {
      const { sub, version, scopes } = await readBearer(token);
      const account = await readOne((options) =>
        AccountModel.findOne(
          { _id: sub },
          { email: 1, role: 1, userId: 1, tokenVersion: 1, disabledAt: 1 },
          options,
        ).lean(),
      );
      if (account === null || account.disabledAt !== null || isOutdated(account, version)) {
        throw new AppError('UNAUTHENTICATED', 'The token is no longer good: log in again.');
      }
      return {
        accountId: sub,
        email: account.email,
        role: account.role,
        userId: account.userId?.toString() ?? null,
        scopes,
      };
    },

    async endTokens(accountId) {
      await AccountModel.updateOne(
        { _id: accountId },
        { $inc: { tokenVersion: 1 } },
        { writeConcern: DURABLE },
      );
    },
  };

  /** The account behind a bearer token, be it of a login or an API token, and what the token carries. */
  async function readBearer(token: string) {
    if (!looksLikeApiToken(token)) return { ...tokens.read(token), scopes: null };
    const { accountId, scopes } = await readApiToken(token);
    return { sub: accountId, version: null, scopes };
  }
}

/** A new password ends logins; API tokens have an end and a revocation of their own. */
function isOutdated({ tokenVersion }: { tokenVersion: number }, version: number | null): boolean {
  return version !== null && tokenVersion !== version;
}
