import { AppError } from '../errors/AppError.ts';
import type { TokenScope } from '../models/ApiTokenModel.ts';
import { listApiTokens, makeApiToken, revokeApiToken } from '../Services/ApiTokens/apiTokens.ts';
import type { Identity } from '../Services/Auth/authentication.ts';
import { ok } from './reply.ts';

interface TokenRequest {
  name: string;
  scopes: readonly TokenScope[];
  expiresInDays: number;
}

/** API tokens: made for the account that asks. */
export const tokensController = {
  async make({ name, scopes, expiresInDays }: TokenRequest, { accountId, scopes: own }: Identity) {
    // A token that leaked must not be able to outlive its revocation.
    if (own !== null) {
      throw new AppError('FORBIDDEN', 'API tokens are made with a login, not with an API token.');
    }
    return ok(await makeApiToken({ accountId, name, scopes, expiresInDays }));
  },
  list: async () => ok({ items: await listApiTokens() }),
  revoke: async (tokenId: string) => ok(await revokeApiToken(tokenId)),
};
