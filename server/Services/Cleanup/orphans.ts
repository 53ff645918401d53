import { DURABLE } from '../../models/durable.ts';
import { MailMarkModel } from '../../models/MailMarkModel.ts';
import { MailModel } from '../../models/MailModel.ts';
import { PurchaseModel } from '../../models/PurchaseModel.ts';
import { UserModel } from '../../models/UserModel.ts';
import { UserSummaryModel } from '../../models/UserSummaryModel.ts';

/** Looked at with one query. */
const PAGE_SIZE = 1_000;

/** What belongs to a user, by the name under which its removal is reported. */
const OF_USERS = {
  summaries: UserSummaryModel,
  purchases: PurchaseModel,
  mails: MailModel,
  mailMarks: MailMarkModel,
} as const;

export type OrphanKind = keyof typeof OF_USERS;
export const ORPHAN_KINDS = Object.keys(OF_USERS) as OrphanKind[];

/**
 * Removes what belongs to users who are not there, as a deletion that raced with a write may leave
 * behind: of the owners after this one a page. Users are never made again under the same id.
 * @returns how many documents went, and the owner to go on from; null at the end.
 */
export async function removeOrphans(
  kind: OrphanKind,
  after: string | null,
): Promise<{ removed: number; next: string | null }> {
  // Each model has other documents, and all have a userId.
  const model = OF_USERS[kind] as typeof UserSummaryModel;
  const beyond = after === null ? { $ne: null } : { $ne: null, $gt: after };
  const page = await model
    .find({ userId: beyond }, { userId: 1 })
    .sort({ userId: 1 })
    .limit(PAGE_SIZE)
    .lean();
  const owners = [...new Set(page.map(({ userId }) => userId.toHexString()))];
  const users = await UserModel.find({ _id: { $in: owners } }, { _id: 1 }).lean();
  const there = new Set(users.map(({ _id }) => _id.toHexString()));
  const gone = owners.filter((owner) => !there.has(owner));
  const removed =
    gone.length === 0
      ? 0
      : (await model.deleteMany({ userId: { $in: gone } }, { writeConcern: DURABLE })).deletedCount;
  return { removed, next: page.length < PAGE_SIZE ? null : (owners.at(-1) ?? null) };
}
