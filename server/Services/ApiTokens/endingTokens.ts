import { AccountModel } from '../../models/AccountModel.ts';
import { type ApiTokenDoc, ApiTokenModel, type TokenNote } from '../../models/ApiTokenModel.ts';
import { DURABLE } from '../../models/durable.ts';

const DAY_MS = 86_400_000;
const PAGE_SIZE = 200;

/** A token whose owner is to be told of its end. */
export interface EndingToken {
  tokenId: string;
  name: string;
  hint: string;
  expiresAt: Date;
  note: TokenNote;
  /** Null when the account is gone or disabled: then nobody is told. */
  email: string | null;
}

/** What is to be told of a token by now that has not been; only the nearest. Null for nothing. */
export function noteDue({ expiresAt, told }: Pick<ApiTokenDoc, 'expiresAt' | 'told'>, now: Date) {
  const left = expiresAt.getTime() - now.getTime();
  const note: TokenNote | null =
    left <= 0 ? 'expired' : left <= DAY_MS ? 'day' : left <= 7 * DAY_MS ? 'week' : null;
  return note === null || told.includes(note) ? null : note;
}

/** The tokens after this id, a page, whose owner is to be told something by now; and how to go on. */
export async function endingTokens(
  now: Date,
  after: string | null,
): Promise<{ ending: EndingToken[]; next: string | null }> {
  const tokens = await ApiTokenModel.find({
    expiredAt: null,
    revokedAt: null,
    expiresAt: { $lte: new Date(now.getTime() + 7 * DAY_MS) },
    ...(after === null ? {} : { _id: { $gt: after } }),
  })
    .sort({ _id: 1 })
    .limit(PAGE_SIZE)
    .lean<ApiTokenDoc[]>();
  const owners = await AccountModel.find(
    { _id: { $in: tokens.map(({ accountId }) => accountId) }, disabledAt: null },
    { email: 1 },
  ).lean();
  const emails = new Map(owners.map(({ _id, email }) => [_id.toHexString(), email]));
  const ending = tokens.flatMap((token): EndingToken[] => {
    const note = noteDue(token, now);
    if (note === null) return [];
    const { _id: tokenId, name, hint, expiresAt, accountId } = token;
    return [
      { tokenId, name, hint, expiresAt, note, email: emails.get(accountId.toHexString()) ?? null },
    ];
  });
  return { ending, next: tokens.length < PAGE_SIZE ? null : (tokens.at(-1)?._id ?? null) };
}

/** Records what was told; with `expired` the token has ended. */
export async function markTold({ tokenId, note }: EndingToken, now: Date): Promise<void> {
  await ApiTokenModel.updateOne(
    { _id: tokenId },
    { $addToSet: { told: note }, ...(note === 'expired' && { $set: { expiredAt: now } }) },
    { writeConcern: DURABLE },
  );
}
