import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** The heading of the page. */
export function heading(page: Page, name: string | RegExp): Locator {
  return page.getByRole('heading', { level: 1, name });
}

/** Waits until what the page asked for is there: a stream of events never comes to rest. */
export async function settled(page: Page): Promise<void> {
  const busy = page.locator('[aria-busy="true"]');
  await expect.poll(() => busy.count(), { timeout: 15_000 }).toBe(0);
}

/**
 * Clicks an action and confirms it in its dialog.
 * @param fill what is done in the dialog before.
 * @param yes the button that confirms, if it has another name.
 */
export async function act(
  page: Page,
  name: string,
  fill?: () => Promise<unknown>,
  yes = name,
): Promise<void> {
  await page.getByRole('button', { name, exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await fill?.();
  await dialog.getByRole('button', { name: yes, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** Begins a run on the page of runs; the browser is on the page of that run then. */
export async function beginRun(page: Page): Promise<void> {
  await page.goto('/runs');
  await act(page, 'Start a run');
  await heading(page, /^Run m-/).waitFor();
}

/** Saves the list that is shown as CSV: the name and the text of the file. */
export async function saveCsv(page: Page): Promise<{ name: string; text: string }> {
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  const file = await saving;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}
