import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { ScheduleModel } from '../../server/models/system/ScheduleModel.ts';
import { OPEN_STATES } from '../../server/Services/BackgroundJobs/recording/states.ts';
import { useOwnKillableMongo } from '../integration/ownKillableMongo.ts';
import { act, beginRun, heading } from './acting.ts';
import { useBrowser } from './browser.ts';
import { useStack } from './stack.ts';

const USERS = 60;
const FAILING = Array.from({ length: 10 }, (_, place) => String(place).padStart(6, '0'));
const ALL = Array.from({ length: USERS }, (_, place) => String(place).padStart(6, '0'));
const SCHEDULE = 'user-data-hourly';
const MINUTE_MS = 60_000;

const mongo = await useOwnKillableMongo();
const stack = await useStack({ users: USERS, mongo });
const browser = useBrowser(stack);

/** The sentence of the front page, which leads to a page by its safe action. */
async function followTo(page: Page, sentence: RegExp, link: string, path: RegExp): Promise<void> {
  await page.goto('/');
  await page.getByRole('heading', { name: sentence }).waitFor();
  await page.getByRole('link', { name: link }).first().click();
  await expect.poll(() => new URL(page.url()).pathname).toMatch(path);
}

async function sayAllIsWell(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByRole('heading', { name: /^All is well/ }).waitFor();
}

/** Waits until the run has ended: on its page 60 that wait look like 60 that failed. */
async function whenFailed(jobs: number): Promise<void> {
  const count = async () => ({
    open: await JobStatusModel.countDocuments({ status: { $in: [...OPEN_STATES] } }),
    failed: await JobStatusModel.countDocuments({ status: 'failed' }),
  });
  await expect.poll(count, { timeout: 30_000 }).toEqual({ open: 0, failed: jobs });
}

/** Retries five of the failed jobs, then the rest, on the page of failures. */
async function retryAll(page: Page): Promise<void> {
  await act(page, 'Retry five');
  await page.getByText('5 jobs in the queue again.').waitFor();
  await act(page, 'Retry the rest');
  await page.getByText('No job stands failed.').waitFor();
}

/** A schedule that is due once an hour, and was so this long ago, or will be. */
function hourlyAt(fromNowMs: number): string {
  return `${new Date(Date.now() + fromNowMs).getUTCMinutes()} * * * *`;
}

it('says that MongoDB is away, what that means, and that it is back', async () => {
  const page = await browser.open('/', { as: 'admin' });
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('heading', { name: /^All is well/ }).waitFor();
  await mongo.server.kill();
  await page
    .getByRole('heading', { name: /^MongoDB gives no answer since .* so nothing can be looked up/ })
    .waitFor();
  await page.getByText(/No slot begins.* none is lost/).waitFor();
  await page.getByText('npm start', { exact: true }).waitFor();
  await mongo.server.start();
  await page.getByRole('heading', { name: /^All is well/ }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
});

it('says that a schedule is stopped, and starts it', async () => {
  const page = await browser.open('/schedules', { as: 'admin' });
  await act(page, 'Stop', () => page.getByLabel(/Note/).fill('a migration'));
  await page.goto('/');
  await page
    .getByRole('heading', {
      name: /^user-data-hourly is stopped by admin@example\.com since .* \(“a migration”\)/,
    })
    .waitFor();
  await page.getByText(/^Its next slot, .* begins nothing/).waitFor();
  await act(page, 'Start');
  await page.getByRole('heading', { name: /^All is well/ }).waitFor();
});

it('says that a run goes on, and how far it is', async () => {
  await stack.behave({ paceMs: 1_000 });
  const page = await browser.open('/runs', { as: 'admin' });
  await beginRun(page);
  const run = new URL(page.url()).pathname;
  const sentence = /^All is well: a run goes on since .* of 60 are done/;
  await followTo(page, sentence, 'See the run', new RegExp(`^${run}$`));
  await stack.behave({ paceMs: 0 });
  await whenFailed(0);
});

it('says that failures rise, and what is to be retried once the cause is mended', async () => {
  await stack.behave({ paceMs: 0, failingUsers: FAILING });
  const page = await browser.open('/runs', { as: 'admin' });
  await beginRun(page);
  await whenFailed(FAILING.length);
  await stack.behave({ paceMs: 0 });
  const sentence =
    /^Failures of JOB_FAILED rise: 10 in the last five minutes, 0 in the five before/;
  await followTo(page, sentence, 'See the failures', /^\/failures$/);
  await retryAll(page);
  await sayAllIsWell(page);
});

it('says that every job of a run fails, and with what', async () => {
  await stack.behave({ paceMs: 0, failingUsers: ALL });
  const page = await browser.open('/runs', { as: 'admin' });
  await beginRun(page);
  await whenFailed(USERS);
  await stack.behave({ paceMs: 0 });
  const sentence = /^Every job of the newest run failed, the last with JOB_FAILED/;
  await followTo(page, sentence, 'See the failures', /^\/failures$/);
  await retryAll(page);
  await sayAllIsWell(page);
});

it('says that a slot was due and nobody began it, then that it was skipped', async () => {
  const [slot, expression] = [new Date(Date.now() - 10 * MINUTE_MS), hourlyAt(-10 * MINUTE_MS)];
  await stack.stopApi();
  await ScheduleModel.updateOne(
    { _id: SCHEDULE },
    { $set: { expression, accountedUntil: new Date(slot.getTime() - MINUTE_MS) } },
  );
  await stack.startApi({ SCHEDULES_ENABLED: 'false' });
  const page = await browser.open('/', { as: 'admin' });
  const silent = /^The slot of user-data-hourly at .* was due, and nobody has begun it/;
  await followTo(page, silent, 'See the schedules', /^\/schedules$/);

  await stack.stopApi();
  await stack.startApi({ USER_DATA_SCHEDULE: expression, MISSED_SLOT_POLICY: 'skip' });
  const skipped = /^The slot of user-data-hourly at .* was skipped/;
  await followTo(page, skipped, 'See the schedules', /^\/schedules$/);
  await heading(page, 'Schedules').waitFor();
});

it('says that a run will not end before the next slot, and leads to it', async () => {
  await stack.stopApi();
  await stack.startApi({ USER_DATA_SCHEDULE: hourlyAt(2 * MINUTE_MS) });
  await stack.behave({ paceMs: 9_000 });
  const page = await browser.open('/runs', { as: 'admin' });
  await beginRun(page);
  const run = new URL(page.url()).pathname;
  const sentence = /^At its pace .* the run will not end before the next slot/;
  await page.goto('/');
  await page.getByRole('heading', { name: sentence }).waitFor({ timeout: 40_000 });
  await page.getByText('npx pm2 scale worker +1').waitFor();
  await followTo(page, sentence, 'See the run', new RegExp(`^${run}$`));
  await act(page, 'Cancel the run');
  await page.getByText('Cancelled', { exact: true }).first().waitFor();
});
