import type { Page } from '../models/pages.ts';
import { listActions } from '../Services/Audit/audit.ts';
import { ok } from './reply.ts';

/** Who did what. */
export const auditController = {
  async list(page: Page) {
    const { items, nextCursor } = await listActions(page);
    return ok({ items: items.map(({ _id: id, ...item }) => ({ id, ...item })), nextCursor });
  },
};

export type AuditController = typeof auditController;
