import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { seriousFaults, useBrowser } from './browser.ts';
import { useStack } from './stack.ts';

const USERS = 12;
const FAILING = ['000003', '000004', '000005'];
const stack = await useStack({ users: USERS });
const browser = useBrowser(stack);

/** Begins a run whose jobs of these users fail, and waits for its end. */
async function runWithFailures(page: Page): Promise<void> {
  await stack.behave({ paceMs: 0, failingUsers: FAILING });
  await page.goto('/runs');
  await page.getByRole('button', { name: 'Start a run' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start a run' }).click();
  await page.getByText(`${USERS - FAILING.length} + ${FAILING.length} = ${USERS}`).waitFor();
  await page.getByText('Completed', { exact: true }).first().waitFor();
}

it('retries a frozen set of jobs: some that were chosen, then all that match', async () => {
  const page = await browser.open('/', { as: 'admin' });
  await runWithFailures(page);
  await stack.behave({ paceMs: 0 });
  await page.goto('/jobs?q=status%3Afailed');
  const rows = page.getByRole('table', { name: 'Jobs' }).getByRole('checkbox');
  await expect.poll(() => rows.count()).toBe(FAILING.length);
  await rows.nth(0).check();
  await rows.nth(1).click({ modifiers: ['Shift'] });
  await page.getByText('2 jobs selected').waitFor();
  await rows.nth(0).uncheck();
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Retry 1 failed job' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Puts 1 job, as selected now, into the queue again.').waitFor();
  await dialog.getByRole('button', { name: 'Retry 1 failed job' }).click();
  await page.getByText('1 job done.').waitFor();
  await expect.poll(() => rows.count()).toBe(FAILING.length - 1);

  await page.getByRole('button', { name: 'Select all that match' }).click();
  await page.getByRole('button', { name: 'Retry 2 failed jobs' }).click();
  await dialog.getByRole('button', { name: 'Retry 2 failed jobs' }).click();
  await page.getByText('2 jobs done.').waitFor();
  await page.getByText('No job fits.').waitFor();

  await page.goto('/jobs?q=status%3Acompleted%20user%3A000003');
  await page.getByRole('table', { name: 'Jobs' }).getByRole('link').first().click();
  const starts = page.getByRole('table', { name: 'Its last starts' });
  await starts.getByText('JOB_FAILED: The provider answers 401 to user 000003.').first().waitFor();
  await starts.getByText('Completed').waitFor();
});

it('saves a list as CSV, all of it, and shows a viewer nothing to choose by', async () => {
  const page = await browser.open('/', { as: 'admin' });
  await runWithFailures(page);
  const reader = await browser.open('/jobs?q=status%3Afailed', { as: 'viewer' });
  await reader.getByRole('table', { name: 'Jobs' }).waitFor();
  expect(await reader.getByRole('checkbox').count()).toBe(0);
  expect(await reader.getByRole('button', { name: 'Select all that match' }).count()).toBe(0);
  const saving = reader.waitForEvent('download');
  await reader.getByRole('button', { name: 'Save as CSV' }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toBe('jobs.csv');
  const [head, ...lines] = (await readFile(await file.path(), 'utf8')).split('\r\n');
  expect(head).toMatch(/^\uFEFFjobId,kind,runId,/);
  expect(lines.pop()).toBe('');
  expect(lines).toHaveLength(FAILING.length);
  expect(lines.every((line) => line.includes(',failed,'))).toBe(true);
});
