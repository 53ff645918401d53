import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors/AppError.ts';
import { AccountModel, type Role } from '../../models/AccountModel.ts';
import { readOne } from '../../models/readDeadline.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import type { Tokens } from './tokens.ts';

/** Who asks, as the account stands now. */
export interface Identity {
  accountId: string;
  role: Role;
  /** The ObjectId of the user a `user` account stands for; null for the other roles. */
  userId: string | null;
}

export interface Login {
  token: string;
  expiresAt: Date;
  role: Role;
}

export interface Authentication {
  /**
   * @throws AppError `INVALID_CREDENTIALS`, the same after the same time whether the e-mail is
   * unknown, the password wrong or the account disabled.
   */
  login(credentials: { email: string; password: string }): Promise<Login>;
  /** @throws AppError `UNAUTHENTICATED` if the token is not ours, or no longer good. */
  identify(token: string): Promise<Identity>;
}

/** Login by e-mail and password, and the identity behind a token. */
export function createAuthentication({ tokens }: { tokens: Tokens }): Authentication {
  // Compared with when the e-mail is unknown, so that the answer takes as long.
  const hashOfNobody = hashPassword(randomUUID());

  return {
    async login({ email, password }) {
      const account = await readOne((options) =>
        AccountModel.findOne({ email }, null, options).lean(),
      );
      const matches = await verifyPassword(account?.passwordHash ?? (await hashOfNobody), password);
      if (account === null || account.disabledAt !== null || !matches) {
        throw new AppError('INVALID_CREDENTIALS', 'E-mail or password is wrong.');
      }
      const { role, tokenVersion } = account;
      const userId = account.userId?.toString() ?? null;
      const claims = { sub: account._id.toString(), role, userId, version: tokenVersion };
      return { ...tokens.issue(claims), role };
    },

    async identify(token) {
      const { sub, version } = tokens.read(token);
      const account = await readOne((options) =>
        AccountModel.findOne(
          { _id: sub },
          { role: 1, userId: 1, tokenVersion: 1, disabledAt: 1 },
          options,
        ).lean(),
      );
      if (account === null || account.disabledAt !== null || account.tokenVersion !== version) {
        throw new AppError('UNAUTHENTICATED', 'The token is no longer good: log in again.');
      }
      return {
        accountId: sub,
        role: account.role,
        userId: account.userId?.toString() ?? null,
      };
    },
  };
}
