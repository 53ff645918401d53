import { ulid } from 'ulid';
import { type AuditDoc, AuditModel } from '../../models/AuditModel.ts';
import type { Page } from '../../models/pages.ts';
import { readMany } from '../../models/readDeadline.ts';

/** How long it is kept who did what. */
const KEPT_MS = 400 * 86_400_000;

export type Action = Omit<AuditDoc, '_id' | 'at' | 'expiresAt'>;

/** Keeps who did what, for 400 days. */
export async function recordAction(action: Action): Promise<void> {
  const at = new Date();
  await AuditModel.create({
    ...action,
    ...{ _id: ulid(at.getTime()), at, expiresAt: new Date(at.getTime() + KEPT_MS) },
  });
}

/** Who did what, newest first; `cursor` is the id of the last one of the page before. */
export async function listActions({ limit, cursor }: Page): Promise<{
  items: AuditDoc[];
  nextCursor: string | null;
}> {
  const found = await readMany((options) =>
    AuditModel.find(cursor === undefined ? {} : { _id: { $lt: cursor } }, null, options)
      .sort({ _id: -1 })
      .limit(limit + 1)
      .lean<AuditDoc[]>(),
  );
  const items = found.slice(0, limit);
  return { items, nextCursor: found.length > limit ? (items.at(-1)?._id ?? null) : null };
}
