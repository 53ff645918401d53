import { insertOnce } from '../../models/insertOnce.ts';
import { MailMarkModel } from '../../models/MailMarkModel.ts';
import { objectId } from '../../models/objectIds.ts';

const KEPT_DAYS = 400;
const DAY_MS = 86_400_000;

/** Those of these keys whose mail has been put into the outbox. */
export async function markedAmong(keys: readonly string[]): Promise<ReadonlySet<string>> {
  const marks = await MailMarkModel.find({ _id: { $in: [...keys] } }, { _id: 1 }).lean();
  return new Set(marks.map(({ _id }) => _id));
}

/** Records that a mail has been put into the outbox. @returns false when it had been before. */
export function markMailed(key: string, userId: string): Promise<boolean> {
  const now = Date.now();
  return insertOnce(MailMarkModel, {
    ...{ _id: key, userId: objectId(userId) },
    ...{ at: new Date(now), expiresAt: new Date(now + KEPT_DAYS * DAY_MS) },
  });
}
