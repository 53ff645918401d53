import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { CustomerModel } from '../../server/models/commerce/CustomerModel.ts';
import { InvoiceModel } from '../../server/models/commerce/InvoiceModel.ts';
import { OrderModel } from '../../server/models/commerce/OrderModel.ts';
import { overflow, seriousFaults, useBrowser } from './browser.ts';
import { useStack } from './stack.ts';

const stack = await useStack({ users: 0 });
const browser = useBrowser(stack);

beforeAll(async () => {
  await CustomerModel.create({
    ...{ _id: 'ALFKI', name: 'Alfreds Futterkiste', channel: 'email', country: 'Germany' },
    ...{ hasSyntheticContact: true, creditLimitCents: 500_000, creditUsedCents: 81_450 },
  });
  const shared = { customerId: 'ALFKI', orderedOn: '2026-08-25', isReplay: false, lines: [] };
  await OrderModel.create({
    ...{ ...shared, _id: '10643', freightCents: 2_946, totalCents: 81_450, state: 'shipped' },
    receivedAt: new Date(),
  });
  await OrderModel.create({
    ...{ ...shared, _id: '10644', freightCents: 0, totalCents: 100, state: 'rejected' },
    problems: [{ code: 'OUT_OF_STOCK', message: 'Of product 28 there are 2.' }],
    receivedAt: new Date(),
  });
  await InvoiceModel.create({
    ...{ _id: 'INV-10643', customerId: 'ALFKI', orderId: '10643', amountCents: 81_450 },
    ...{ invoicedOn: '2026-08-25', dueOn: '2026-09-24', disputed: false },
  });
});

it('shows orders, invoices and customers, why an order was rejected, and a customer’s score', async () => {
  const page = await browser.open('/commerce', { as: 'viewer' });
  const orders = page.getByRole('table', { name: 'Orders' });
  await orders.getByRole('row', { name: /10644 Rejected .* there are 2.* 1\.00/ }).waitFor();
  expect(await page.getByRole('button', { name: 'Make a report' }).count()).toBe(0);
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('link', { name: 'Invoices' }).click();
  const invoices = page.getByRole('table', { name: 'Invoices' });
  await invoices.getByRole('row', { name: /INV-10643 Past due ALFKI .* 814\.50/ }).waitFor();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toBe('invoices.csv');
  expect(await readFile(await file.path(), 'utf8')).toContain('\r\nINV-10643,ALFKI,10643,');
  await page.getByRole('link', { name: 'Customers' }).click();
  await page.getByRole('table', { name: 'Customers' }).getByRole('link', { name: 'ALFKI' }).click();
  await page.getByRole('heading', { level: 1, name: 'Alfreds Futterkiste' }).waitFor();
  await page.getByText('No invoice has been settled yet, so there is no score.').waitFor();
  await orders.getByRole('row').nth(2).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});

it('asks for a report, which appears in the list', async () => {
  const page = await browser.open('/commerce?list=reports', { as: 'admin' });
  await page.getByRole('button', { name: 'Make a report' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Format').selectOption('csv');
  await dialog.getByRole('button', { name: 'Make a report' }).click();
  const reports = page.getByRole('table', { name: 'Reports' });
  await reports.getByRole('row', { name: /Sales (Waiting|At work|Done)/ }).waitFor();
});

it('shows jobs that call addresses; one is paused and resumed', async () => {
  const page = await browser.open('/destinations', { as: 'admin' });
  const answer = await page.context().request.post('/api/v1/http-jobs', {
    headers: { 'X-Hourwork-Session': 'page' },
    data: { name: 'Stock of the day', api_url: 'https://example.com/stock', schedule: '0 5 * * *' },
  });
  expect(answer.status()).toBe(201);
  const jobs = page.getByRole('table', { name: 'Jobs that call addresses' });
  await jobs.getByRole('row', { name: /Stock of the day Enabled/ }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  for (const [action, state] of [
    ['Pause', 'Paused'],
    ['Resume', 'Enabled'],
  ] as const) {
    await jobs.getByRole('button', { name: action }).click();
    await page.getByRole('dialog').getByRole('button', { name: action }).click();
    await jobs.getByRole('row', { name: new RegExp(`Stock of the day ${state}`) }).waitFor();
  }
});
