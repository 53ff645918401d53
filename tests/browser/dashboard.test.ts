import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { act, beginRun, heading, settled } from './acting.ts';
import { overflow, seriousFaults, useBrowser } from './browser.ts';
import { EMAILS, PASSWORD, useStack } from './stack.ts';

const USERS = 60;
const stack = await useStack({ users: USERS });
const browser = useBrowser(stack);

const SAVE = 'Save the limits';
const PHONE = { viewport: { width: 375, height: 740 }, hasTouch: true, isMobile: true };

async function logIn(page: Page, password = PASSWORD): Promise<void> {
  await page.getByLabel('E-mail').fill(EMAILS.admin);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

describe('the login', () => {
  it('refuses a wrong password in words, and leads to the page that was asked for', async () => {
    const page = await browser.open('/queues');
    await logIn(page, 'wrong-password-of-nobody');
    await page.getByText('E-mail or password is wrong.').waitFor();
    await logIn(page);
    await heading(page, 'Queues').waitFor();
    expect(new URL(page.url()).pathname).toBe('/queues');
  });

  it('is asked for again when the session has ended, and the place is kept', async () => {
    const page = await browser.open('/jobs?q=status%3Afailed', { as: 'admin' });
    await heading(page, 'Jobs').waitFor();
    await page.context().clearCookies();
    await page.getByLabel('E-mail').waitFor();
    await logIn(page);
    await heading(page, 'Jobs').waitFor();
    expect(new URL(page.url()).search).toBe('?q=status%3Afailed');
    await page.getByRole('button', { name: 'Account and settings' }).click();
    await page.getByRole('menuitem', { name: 'Log out', exact: true }).click();
    await page.getByLabel('E-mail').waitFor();
  });
});

describe('an admin', () => {
  it('starts a run and watches it live to its balanced end', async () => {
    await stack.behave({ paceMs: 100 });
    const page = await browser.open('/runs', { as: 'admin' });
    await beginRun(page);
    await page.getByText('Running', { exact: true }).first().waitFor();
    await page.getByText(`${USERS} = ${USERS}`).waitFor();
    await page.getByText('Completed', { exact: true }).first().waitFor();
    await page.goto('/');
    await page.getByText(`All is well`).waitFor();
    await stack.behave({ paceMs: 0 });
  });

  it('finds a failed job by its cause, reads why, and retries it', async () => {
    const failing = ['000003'];
    await stack.behave({ paceMs: 0, failingUsers: failing });
    const page = await browser.open('/runs', { as: 'admin' });
    await beginRun(page);
    await page.goto('/failures');
    await page.getByText('The provider answers N to user N.').waitFor();
    await page.goto('/');
    await page.getByText(/1 job stands failed, the last with JOB_FAILED/).waitFor();
    await page.getByRole('link', { name: 'See the failures' }).click();
    await act(page, 'Set aside', () => page.getByLabel(/Note/).fill('the provider knows'));
    await page.getByText(/by admin@example\.com, .*the provider knows/).waitFor();
    await page.goto('/');
    await page.getByText('All is well').waitFor();
    await page.goto('/failures');
    await act(page, 'Count again');
    await page.goto('/');
    await page.getByText(/1 job stands failed/).waitFor();
    await page.goto('/jobs');
    await page.getByLabel('Search jobs').fill('status:failed error:JOB_FAILED');
    await page.keyboard.press('Enter');
    const list = page.getByRole('table', { name: 'Jobs' });
    await expect.poll(() => list.getByRole('row').count()).toBe(2);
    await list.getByRole('link').first().click();
    await page.getByText(/It failed at .* after 4 attempts/).waitFor();
    await page.getByText('JOB_FAILED: The provider answers 401 to user 000003.').first().waitFor();
    await stack.behave({ paceMs: 0 });
    await act(page, 'Retry');
    await page.getByText(/It completed at/).waitFor();
  });

  it('pauses a queue with a note, sees it said on the front page, and resumes it there', async () => {
    const page = await browser.open('/queues', { as: 'admin' });
    await act(page, 'Pause', () => page.getByLabel(/Note/).fill('the provider is down'));
    await page.getByText('the provider is down').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await page.getByText(/user-data is paused by admin@example.com since/).waitFor();
    await act(page, 'Resume');
    await page.getByText(/All is well/).waitFor();
    await page.getByText(/^Let no job of a queue begin, by you .*the provider is down$/).waitFor();
    await page.getByRole('button', { name: 'Mark as seen' }).click();
    const nothing = page.getByText(/^Nothing changed since you last looked, /);
    await nothing.waitFor();
    await page.reload();
    await nothing.waitFor();
  });

  it('cleans a queue of what is said before, and the ledger balances', async () => {
    const page = await browser.open('/queues', { as: 'admin' });
    await act(page, 'Pause', () => page.getByLabel(/Note/).fill('to be cleaned'));
    await page.getByText('to be cleaned').waitFor();
    await beginRun(page);
    const run = page.url();
    await page.goto('/queues');
    const lost = page.getByText(`${USERS} jobs, as counted now, will be lost:`);
    const sayAll = async () => {
      await page.getByLabel('Waiting for at least so many hours').fill('0');
      await lost.waitFor();
      expect(await seriousFaults(page)).toEqual([]);
    };
    await act(page, 'Clean', sayAll);
    await page.goto(run);
    await page.getByText(`Cancelled ${USERS}`).waitFor();
    await page.getByText(`${USERS} = ${USERS}`).waitFor();
    await page.goto('/queues');
    await act(page, 'Resume');
    await page.getByText('to be cleaned').waitFor({ state: 'hidden' });
  });

  it('edits a limit', async () => {
    const page = await browser.open('/queues', { as: 'admin' });
    const queue = page.getByRole('region', { name: 'user-data', exact: true });
    await act(page, 'Limits', () => page.getByLabel('At once over all workers').fill('3'), SAVE);
    await queue.getByText('At once over all workers: 3').waitFor();
    await act(page, 'Limits', () => page.getByLabel('At once over all workers').fill(''), SAVE);
    await queue.getByText('no limits set').waitFor();
  });

  it('cancels what is left of a run, and a job at work', async () => {
    await stack.behave({ paceMs: 60_000 });
    const page = await browser.open('/runs', { as: 'admin' });
    await beginRun(page);
    const run = page.url();
    await page.getByRole('link', { name: 'Its jobs' }).click();
    await page.getByRole('link', { name: 'At work' }).click();
    await page.getByRole('table', { name: 'Jobs' }).getByRole('link').first().click();
    await page.getByText(/It is running on worker/).waitFor();
    await act(page, 'Cancel');
    await page.getByText(/It was cancelled at/).waitFor();
    await page.goto(run);
    await act(page, 'Cancel the run');
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
    await stack.behave({ paceMs: 0 });
    // What was at work ends with its worker, and the next one finds the new pace.
    await stack.stopWorker();
    await stack.startWorker();
  });

  it('quiets a worker, sees that nobody works, and lets it work again', async () => {
    const page = await browser.open('/workers', { as: 'admin' });
    const worker = page.getByRole('table', { name: 'Workers' }).getByRole('row').nth(1);
    await act(page, 'Quiet');
    await worker.getByText('Quiet, asked by admin@example.com').waitFor();
    await page.goto('/');
    await page.getByText(/No worker takes the jobs of user-data/).waitFor();
    await page.getByRole('link', { name: 'See the workers' }).first().click();
    await act(page, 'Work');
    await worker.getByText('Takes jobs').waitFor();
    await page.goto('/');
    await page.getByText(/All is well/).waitFor();
  });

  it('stops a schedule with a note and starts it again', async () => {
    const page = await browser.open('/schedules', { as: 'admin' });
    await page.getByText('1/1 running').waitFor();
    await act(page, 'Stop', () => page.getByLabel(/Note/).fill('a migration'));
    await page.getByText('0/1 running').waitFor();
    await page.getByText(/Stopped by admin@example.com until it is started again/).waitFor();
    await act(page, 'Start');
    await page.getByText('1/1 running').waitFor();
    await page.goto('/audit');
    const actions = page.getByRole('table', { name: 'Actions' });
    await actions.getByRole('row', { name: /admin@example\.com .*a migration/ }).waitFor();
  });
});

it('a viewer sees every page and nothing that acts', async () => {
  const page = await browser.open('/', { as: 'viewer' });
  for (const [path, name] of PAGES) {
    await page.goto(path);
    await heading(page, name).waitFor();
    await settled(page);
    const actions = page.getByRole('button', {
      name: /^(Start|Stop|Pause|Resume|Drain|Limits|Retry|Cancel|Trigger)/,
    });
    expect(await actions.count(), path).toBe(0);
  }
});

it('is driven by the keyboard alone', async () => {
  const page = await browser.open('/', { as: 'admin' });
  await heading(page, 'Now').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  for (const [, name, key] of PAGES) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await heading(page, name).waitFor();
  }
  await page.keyboard.press('/');
  await page.getByLabel('Search jobs').waitFor();
  await page.keyboard.type('status:completed');
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('status:completed');
});

it('says that it is not live while the API is away, and goes on by itself', async () => {
  const page = await browser.open('/', { as: 'admin' });
  await page.getByText('Live', { exact: true }).waitFor();
  await stack.stopApi();
  await page.getByText('Not live').waitFor();
  await page.getByText(/The API gives no answer.*shown as of/).waitFor();
  await page.getByText(/The API gives no answer since .* as it was then/).waitFor();
  await page.getByText('npx pm2 restart api-server').waitFor();
  await heading(page, 'Now').waitFor();
  await stack.startApi();
  await page.getByText('Live', { exact: true }).waitFor();
});

it('follows one stream of events, which another tab takes over, and none while it is paused', async () => {
  const page = await browser.open('/queues', { as: 'admin' });
  // The stream of the first load is none of those that are counted.
  const locks = 'navigator.locks.query().then(({ held }) => held.length)';
  await expect.poll(() => page.evaluate(locks)).toBe(1);
  const streams: Page[] = [];
  page.context().on('request', (request) => {
    if (request.url().endsWith('/app/live')) streams.push(request.frame().page());
  });
  await page.reload();
  await heading(page, 'Queues').waitFor();
  await expect.poll(() => streams).toEqual([page]);
  const other = await page.context().newPage();
  await other.goto('/queues');
  await heading(other, 'Queues').waitFor();
  await act(page, 'Pause', () => page.getByLabel(/Note/).fill('told to all tabs'));
  await other.getByText('told to all tabs').waitFor();
  expect(streams).toEqual([page]);

  await page.keyboard.press('p');
  await page.getByText('The page is held still').waitFor();
  await expect.poll(() => streams).toEqual([page, other]);
  await act(other, 'Resume');
  await other.getByText('told to all tabs').waitFor({ state: 'hidden' });
  expect(await page.getByText('told to all tabs').isVisible()).toBe(true);
  await page.keyboard.press('p');
  await page.getByText('told to all tabs').waitFor({ state: 'hidden' });
  expect(streams).toEqual([page, other]);
});

it('says so when Redis is away, and that it is back', async () => {
  const page = await browser.open('/', { as: 'viewer' });
  await page.getByText('Live', { exact: true }).waitFor();
  await stack.redis.server.kill();
  await page.getByText(/Redis gives no answer, so no job can be added or taken/).waitFor();
  await stack.redis.server.start();
  await page.getByText(/Redis gives no answer/).waitFor({ state: 'hidden' });
});

it('keeps a moment by a link, which shows it frozen to whoever logs in', async () => {
  const page = await browser.open('/', { as: 'admin' });
  await act(page, 'Link to this moment', () => page.getByLabel(/Note/).fill('look at the mail'));
  await heading(page, /^As it stood at /).waitFor();
  const { pathname } = new URL(page.url());
  const stranger = await browser.open(pathname);
  await stranger.getByLabel('E-mail').waitFor();
  for (const look of [{ colorScheme: 'light' }, { colorScheme: 'dark', ...PHONE }] as const) {
    const reader = await browser.open(pathname, { as: 'viewer', ...look });
    await reader.getByText(/^Frozen: .* (ago|just now)\./).waitFor();
    await reader.getByText('look at the mail').waitFor();
    expect(await reader.getByRole('region', { name: 'What is the matter' }).count()).toBe(1);
    const buttons = reader.getByRole('main').getByRole('button');
    expect(await buttons.allInnerTexts()).toEqual(['Copy']);
    expect(await seriousFaults(reader)).toEqual([]);
    expect(await overflow(reader)).toBeLessThanOrEqual(0);
    await reader.getByRole('link', { name: 'See how it is now' }).click();
    await heading(reader, 'Now').waitFor();
    expect(await reader.getByRole('button', { name: 'Link to this moment' }).count()).toBe(0);
    await reader.getByRole('link', { name: 'Kept moments' }).click();
    const kept = reader.getByRole('table', { name: 'Kept moments' });
    await kept.getByRole('row', { name: /look at the mail admin@example\.com/ }).waitFor();
    expect(await seriousFaults(reader)).toEqual([]);
    expect(await overflow(reader)).toBeLessThanOrEqual(0);
    await reader.reload();
    await kept.getByRole('row').nth(1).waitFor();
  }
  await act(page, 'Keep it no longer');
  await heading(page, 'Kept moments').waitFor();
  await page.getByText('None is kept.').waitFor();
});

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it('every page is accessible, and keeps within a phone’s width', async () => {
    const desktop = await browser.open('/', { as: 'admin', colorScheme });
    const phone = await browser.open('/', { as: 'admin', colorScheme, ...PHONE });
    for (const page of [desktop, phone]) {
      for (const [path, name] of PAGES) {
        await page.goto(path);
        await heading(page, name).waitFor();
        await settled(page);
        expect(await seriousFaults(page), `${path} in ${colorScheme}`).toEqual([]);
        expect(await overflow(page), path).toBeLessThanOrEqual(0);
      }
    }
    await phone.goto('/queues');
    const queues = phone.getByRole('table', { name: 'Queues' });
    await queues.getByRole('link', { name: 'user-data', exact: true }).tap();
    await phone.getByRole('region', { name: 'user-data', exact: true }).waitFor();
    expect(await overflow(phone)).toBeLessThanOrEqual(0);
    await phone.getByRole('link', { name: 'All queues' }).tap();
    await queues.waitFor();
  });
});

const PAGES = [
  ['/', 'Now', 'n'],
  ['/schedules', 'Schedules', 's'],
  ['/runs', 'Runs', 'r'],
  ['/jobs', 'Jobs', 'j'],
  ['/failures', 'Failures', 'f'],
  ['/queues', 'Queues', 'q'],
  ['/workers', 'Workers', 'w'],
  ['/destinations', 'Destinations', 'd'],
  ['/services', 'Services', 'v'],
  ['/commerce', 'Commerce', 'c'],
  ['/audit', 'Audit', 'a'],
] as const;
