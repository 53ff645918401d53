import { ask } from './http.ts';
import type { Page } from './shapes.ts';

/** How many items are gathered at most. */
const MOST = 10_000;
const PER_PAGE = 500;

/**
 * All items of a list as they stand now, page by page, at most 10,000; `more` if that is not all.
 * @param path of the list, with what narrows it, without limit and cursor.
 * @throws ApiError.
 */
export async function allPages<Item>(path: string): Promise<{ items: Item[]; more: boolean }> {
  const [name = '', query] = path.split('?');
  const params = new URLSearchParams(query);
  params.set('limit', String(PER_PAGE));
  const items: Item[] = [];
  for (;;) {
    const page = await ask<Page<Item>>(`${name}?${params}`);
    items.push(...page.items);
    if (page.nextCursor === null) return { items, more: false };
    if (items.length >= MOST) return { items, more: true };
    params.set('cursor', page.nextCursor);
  }
}
