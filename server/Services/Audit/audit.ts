import { ulid } from 'ulid';
import { type AuditDoc, AuditModel } from '../../models/AuditModel.ts';
import { type Page, pageOfModel } from '../../models/pages.ts';

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
export function listActions(page: Page): Promise<{ items: AuditDoc[]; nextCursor: string | null }> {
  return pageOfModel(AuditModel, {}, page, -1);
}
