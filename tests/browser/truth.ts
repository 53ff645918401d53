import type { Locator, Page } from 'playwright-core';

/** The cells of a table by the names of its columns, row by row. */
export async function rowsOf(
  page: Page | Locator,
  name: string,
): Promise<Record<string, string>[]> {
  const table = page.getByRole('table', { name, exact: true });
  await table.waitFor();
  const names = await table.locator('thead th').allTextContents();
  const rows = await table.locator('tbody tr').all();
  return Promise.all(
    rows.map(async (row) => {
      const cells = await row.locator('td').allTextContents();
      return Object.fromEntries(names.map((column, place) => [column, cells[place] ?? '']));
    }),
  );
}

/** Names and values, as they stand side by side in a part of a page. */
export async function factsOf(part: Page | Locator): Promise<Record<string, string>> {
  const facts = await part.locator('.fact').all();
  const pairs = facts.map(async (fact) => [
    await fact.locator('dt').textContent(),
    await fact.locator('dd').textContent(),
  ]);
  return Object.fromEntries(await Promise.all(pairs));
}

/** The counts below the bar of a run: `{ Completed: '9', Failed: '3' }`. */
export async function legendOf(part: Page | Locator): Promise<Record<string, string>> {
  const items = await part.locator('.legend li').allTextContents();
  return Object.fromEntries(
    items.map((text) => {
      const [, name = '', value = ''] = /^(.*) ([\d,]+)$/.exec(text.trim()) ?? [];
      return [name, value];
    }),
  );
}
