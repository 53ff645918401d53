import { createHash, randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import { AppError } from '../../errors/AppError.ts';
import { AccountModel } from '../../models/AccountModel.ts';
import { type ApiTokenDoc, ApiTokenModel, type TokenScope } from '../../models/ApiTokenModel.ts';
import { DURABLE } from '../../models/durable.ts';
import { readOne } from '../../models/readDeadline.ts';

/** A token as it may be shown. */
export interface ApiTokenView extends Pick<ApiTokenDoc, ShownField> {
  tokenId: string;
  accountId: string;
}

type ShownField =
  | 'name'
  | 'hint'
  | 'scopes'
  | 'createdAt'
  | 'expiresAt'
  | 'expiredAt'
  | 'revokedAt'
  | 'lastUsedAt';

interface NewApiToken {
  accountId: string;
  name: string;
  scopes: readonly TokenScope[];
  expiresInDays: number;
  synthetic?: boolean;
}

/** Begins every token, so that scanners for secrets know one. */
const TOKEN_PREFIX = 'hwt_';
const DAY_MS = 86_400_000;
const LISTED = 500;

/**
 * Makes a token for a program that acts for an account. The token is in the answer and kept nowhere.
 * @throws AppError `NOT_FOUND` for an account that is not there or disabled.
 */
export async function makeApiToken(asked: NewApiToken): Promise<ApiTokenView & { token: string }> {
  const { accountId, name, scopes, expiresInDays, synthetic = false } = asked;
  if ((await AccountModel.exists({ _id: accountId, disabledAt: null })) === null) {
    throw new AppError('NOT_FOUND', 'The account that the token is for is not there, or disabled.');
  }
  const token = TOKEN_PREFIX + randomBytes(32).toString('base64url');
  const createdAt = new Date();
  const made = await new ApiTokenModel({
    ...{ _id: ulid(), accountId, name, scopes, createdAt, synthetic },
    ...{ hash: hashOf(token), hint: token.slice(-4) },
    expiresAt: new Date(createdAt.getTime() + expiresInDays * DAY_MS),
  }).save({ w: DURABLE.w, j: DURABLE.journal });
  return { ...view(made.toObject()), token };
}

/** All tokens, or those of one account; the newest first, at most 500. */
export async function listApiTokens(accountId?: string): Promise<ApiTokenView[]> {
  const tokens = await ApiTokenModel.find(accountId === undefined ? {} : { accountId })
    .sort({ _id: -1 })
    .limit(LISTED)
    .lean<ApiTokenDoc[]>();
  return tokens.map(view);
}

/** Lets a token be good for nothing from now on. @throws AppError `NOT_FOUND`. */
export async function revokeApiToken(tokenId: string): Promise<ApiTokenView> {
  await ApiTokenModel.updateOne(
    { _id: tokenId, revokedAt: null },
    { $set: { revokedAt: new Date() } },
    { writeConcern: DURABLE },
  );
  const token = await ApiTokenModel.findById(tokenId).lean<ApiTokenDoc>();
  if (token === null) throw new AppError('NOT_FOUND', `There is no token ${tokenId.slice(0, 64)}.`);
  return view(token);
}

/** Whether this is one of our tokens by its form, and not a login's. */
export function looksLikeApiToken(bearer: string): boolean {
  return bearer.startsWith(TOKEN_PREFIX);
}

/**
 * The account and the scopes of a token that is good now.
 * @throws AppError `UNAUTHENTICATED` for any other.
 */
export async function readApiToken(
  token: string,
): Promise<{ accountId: string; scopes: readonly TokenScope[] }> {
  const now = new Date();
  const found = await readOne((options) =>
    ApiTokenModel.findOne({ hash: hashOf(token) }, null, options).lean<ApiTokenDoc>(),
  );
  if (found === null || found.revokedAt !== null) {
    throw new AppError('UNAUTHENTICATED', 'The API token is not known, or it was revoked.');
  }
  if (found.expiresAt <= now) {
    const end = found.expiresAt.toISOString();
    throw new AppError('UNAUTHENTICATED', `The API token expired at ${end}: make another one.`);
  }
  const hourAgo = new Date(now.getTime() - 3_600_000);
  if (found.lastUsedAt === null || found.lastUsedAt < hourAgo) {
    await ApiTokenModel.updateOne({ _id: found._id }, { $set: { lastUsedAt: now } });
  }
  return { accountId: found.accountId.toHexString(), scopes: found.scopes };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function view({ _id, accountId, name, hint, scopes, ...dates }: ApiTokenDoc): ApiTokenView {
  const { createdAt, expiresAt, expiredAt, revokedAt, lastUsedAt } = dates;
  return {
    ...{ tokenId: _id, accountId: accountId.toHexString(), name, hint, scopes },
    ...{ createdAt, expiresAt, expiredAt, revokedAt, lastUsedAt },
  };
}
