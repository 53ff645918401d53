import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { projectDir } from '../../scripts/project.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { OrderModel } from '../../server/models/commerce/OrderModel.ts';
import { DestinationModel } from '../../server/models/DestinationModel.ts';
import { ServiceLogModel } from '../../server/models/ServiceLogModel.ts';
import { ServiceModel } from '../../server/models/ServiceModel.ts';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../server/models/system/RunModel.ts';
import {
  importCommerce,
  replayedOrders,
} from '../../server/Services/Commerce/sample/importCommerce.ts';
import { act, beginRun, settled } from '../browser/acting.ts';
import { useBrowser } from '../browser/browser.ts';
import { useStack } from '../browser/stack.ts';

// Not a test of anything: it makes the pictures of docs/screenshots, from work that has been done.

const FOLDER = join(projectDir, 'docs', 'screenshots');
const DESKTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const RUNS = 14;

const stack = await useStack({
  users: 600,
  // So that schedules have slots to show within a minute; afterwards it is the usual hour.
  settings: { USER_DATA_SCHEDULE: '*/4 * * * * *', WORKER_CONCURRENCY: '10' },
});
const browser = useBrowser(stack);

it('makes them', async () => {
  await mkdir(FOLDER, { recursive: true });
  await runsEnded(RUNS / 2);
  const failingUsers = ['000017', '000053', '000118', '000230', '000301', '000401', '000555'];
  await stack.behave({ paceMs: 0, failingUsers });
  await waitUntil(
    async () => (await JobStatusModel.countDocuments({ status: 'failed' })) >= failingUsers.length,
    { timeoutMs: 60_000, what: 'jobs to fail' },
  );
  await stack.behave({ paceMs: 0 });
  await runsEnded(RUNS);
  await stack.stopApi();
  await stack.startApi({ USER_DATA_SCHEDULE: '0 * * * *' });

  const page = await browser.open('/', { as: 'admin', colorScheme: 'light', ...DESKTOP });
  await page.getByText(/stands? failed/).waitFor();
  await shoot(page, 'now-failures');
  await page.goto('/schedules');
  await page.getByText('1/1 running').waitFor();
  await shoot(page, 'schedules');
  await addServices();
  for (const name of ['runs', 'failures', 'workers', 'queues', 'services'] as const) {
    await page.goto(`/${name}`);
    await shoot(page, name);
  }
  await page.goto('/jobs?q=status%3Afailed');
  const job = page.getByRole('table').getByRole('link').first();
  await job.waitFor();
  await shoot(page, 'jobs');
  await job.click();
  await page.getByText(/It failed at/).waitFor();
  const jobPath = new URL(page.url()).pathname;
  await shoot(page, 'job');
  await page.goto('/runs');
  await page.getByRole('table').getByRole('link').first().click();
  await page.getByText('Compared with the run before').waitFor();
  await shoot(page, 'run');
  await addBusiness(page);
  for (const [path, name] of [
    ['/commerce', 'commerce'],
    [`/commerce/customers/${PAYING_CUSTOMER}`, 'customer'],
    ['/services/01SERVICE3', 'service'],
    ['/destinations', 'destinations'],
    ['/audit', 'audit'],
  ] as const) {
    await page.goto(path);
    await shoot(page, name);
  }
  await page.goto('/jobs?q=user%3Anobody');
  await page.getByText('No job fits.').waitFor();
  await shoot(page, 'jobs-empty');

  const dark = await browser.open('/', { as: 'admin', colorScheme: 'dark', ...DESKTOP });
  const phone = await browser.open('/', { as: 'admin', colorScheme: 'light', ...PHONE });
  for (const [path, name] of [
    ['/schedules', 'schedules'],
    [jobPath, 'job'],
    ['/queues', 'queues'],
    ['/workers', 'workers'],
    ['/services', 'services'],
  ] as const) {
    for (const [each, suffix] of [
      [dark, 'dark'],
      [phone, 'phone'],
    ] as const) {
      await each.goto(path);
      await shoot(each, `${name}-${suffix}`);
    }
  }

  await stack.behave({ paceMs: 150 });
  await beginRun(page);
  for (const [each, suffix] of [
    [page, ''],
    [dark, '-dark'],
    [phone, '-phone'],
  ] as const) {
    await each.goto('/');
    await each.getByText(/users\/s/).waitFor();
    await shoot(each, `now${suffix}`);
  }
  await page.goto('/queues');
  await act(page, 'Pause', async () => {
    await page.getByLabel(/Note/).fill('the provider is down, ask Ada');
    await shoot(page, 'queue-pause');
  });
  await page.goto('/');
  await page.getByText(/user-data is paused by/).waitFor();
  await shoot(page, 'now-paused');
  const note = 'mail is down; asked Ada, she looks at seven';
  await act(page, 'Link to this moment', () => page.getByLabel(/Note/).fill(note));
  await page.getByText(/^Frozen:/).waitFor();
  await shoot(page, 'incident');
  await page.goto('/incidents');
  await shoot(page, 'incidents');
  await page.goto('/');
  await act(page, 'Resume');
  await page.getByText(/user-data is paused by/).waitFor({ state: 'hidden' });
  await stack.stopApi();
  await page.getByText('Not live').waitFor();
  await shoot(page, 'now-not-live');
  await stack.startApi();
  const stranger = await browser.open('/', { colorScheme: 'light', ...DESKTOP });
  await stranger.getByLabel('E-mail').waitFor();
  await shoot(stranger, 'login');
});

/** Services as they are found on a day on which one of them is in trouble. */
async function addServices(): Promise<void> {
  const at = minutesBefore(40);
  const found = [
    ['Mail relay', 'uptime', 'https://mail.example.com/', 'ok'],
    ['Payments', 'statuspage', 'https://status.payments.example.com/', 'degraded'],
    ['Shop host 1', 'uptime', 'https://shop1.example.com/', 'ok'],
    ['Shop host 2', 'uptime', 'https://shop2.example.com/', 'down'],
    ['Stock of the wholesaler', 'json', 'https://api.example.com/v2/stock/health', 'ok'],
  ] as const;
  await ServiceModel.create(
    found.map(([name, adapter, url, status], place) => ({
      ...{ _id: `01SERVICE${place}`, name, adapter, url, host: new URL(url).host },
      ...{ category: 'shared_hosting', settings: {}, active: true },
      ...{ last: { slot: at, status, at }, createdAt: at, updatedAt: at },
    })),
  );
  const name = 'Shop host 2';
  const logs = ['ok', 'ok', 'degraded', 'ok', 'down'] as const;
  await ServiceLogModel.create(
    logs.map((status, place) => {
      const slot = minutesBefore(40 + (logs.length - 1 - place) * 24 * 60);
      return {
        ...{ _id: `01LOG${place}`, serviceId: '01SERVICE3', name, slot, at: slot, status },
        ...(status === 'down'
          ? { summary: 'It answers 503.', latencyMs: null }
          : { summary: 'It answers 200.', latencyMs: status === 'ok' ? 84 + place : 2_460 }),
        changes: status === logs[place - 1] || place === 0 ? [] : [`It was ${logs[place - 1]}.`],
        ...{ effects: 1, attempts: 1, jobId: `01JOB${place}`, expiresAt: minutesBefore(-60 * 24) },
      };
    }),
  );
}

/** Northwind's newest orders, handed in anew and processed, and jobs that call addresses. */
async function addBusiness(page: Page): Promise<void> {
  await importCommerce();
  await DestinationModel.create([
    { _id: 'api.example.com:443', version: 1 },
    {
      _id: 'hooks.example.org:443',
      version: 1,
      lastDown: { from: minutesBefore(95), to: minutesBefore(81) },
    },
  ]);
  const post = async (path: string, data: object) => {
    const answer = await page.context().request.post(path, { headers: FROM_PAGE, data });
    expect(answer.ok(), await answer.text()).toBe(true);
  };
  const orders = (await replayedOrders()).slice(-ORDERS);
  for (const { orderId, customerId, shipperId, freightCents, lines } of orders) {
    await post('/api/v1/commerce/orders', {
      ...{ orderId, customerId, shipperId, freight: decimal(freightCents) },
      lines: lines.map(({ productId, quantity, discountPercent }) => ({
        ...{ productId, quantity, discount: decimal(discountPercent) },
      })),
    });
  }
  for (const [name, schedule] of [
    ['Stock of the day', '0 5 * * *'],
    ['Prices', '*/30 * * * *'],
    ['Ping the warehouse', '15 7 * * 1-5'],
  ] as const) {
    const api_url = `https://api.example.com/${name.toLowerCase().replaceAll(' ', '-')}`;
    await post('/api/v1/http-jobs', { name, api_url, schedule });
  }
  await waitUntil(async () => !(await OrderModel.exists({ state: 'received' })), {
    ...{ timeoutMs: 60_000, what: 'the orders to be processed' },
  });
}

const ORDERS = 40;
/** Of the sample of receivables, which has its invoices and payments. */
const PAYING_CUSTOMER = '0379-NEVHP';
const FROM_PAGE = { 'X-Hourwork-Session': 'page' };

function decimal(hundredths: number): string {
  return (hundredths / 100).toFixed(2);
}

function minutesBefore(minutes: number): Date {
  return new Date(Date.now() - minutes * 60_000);
}

async function runsEnded(count: number): Promise<void> {
  const ended = await waitUntil(
    async () => (await RunModel.countDocuments({ status: 'completed' })) >= count,
    { timeoutMs: 120_000, what: `${count} runs to end` },
  );
  expect(ended).toBe(true);
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate('document.fonts.ready');
  await settled(page);
  await expect.poll(() => page.locator('.said:not(:empty)').count(), { timeout: 15_000 }).toBe(0);
  await page.screenshot({
    path: join(FOLDER, `${name}.png`),
    fullPage: true,
    animations: 'disabled',
  });
}
