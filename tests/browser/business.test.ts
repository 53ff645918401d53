import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { AuditModel } from '../../server/models/AuditModel.ts';
import { CustomerModel } from '../../server/models/commerce/CustomerModel.ts';
import { InvoiceModel } from '../../server/models/commerce/InvoiceModel.ts';
import { MessageModel } from '../../server/models/commerce/MessageModel.ts';
import { OrderModel } from '../../server/models/commerce/OrderModel.ts';
import { DestinationModel } from '../../server/models/DestinationModel.ts';
import { HttpExecutionModel } from '../../server/models/HttpExecutionModel.ts';
import { HttpJobModel } from '../../server/models/HttpJobModel.ts';
import { ImportModel } from '../../server/models/ImportModel.ts';
import { ServiceLogModel } from '../../server/models/ServiceLogModel.ts';
import { ServiceModel } from '../../server/models/ServiceModel.ts';
import { ScheduleModel } from '../../server/models/system/ScheduleModel.ts';
import { SlotModel } from '../../server/models/system/SlotModel.ts';
import { OF_DOCUMENTS } from '../../server/Services/BackgroundJobs/scheduling/schedule.ts';
import { noteHeld, recordExecution } from '../../server/Services/HttpTasks/executions.ts';
import { act, heading, saveCsv } from './acting.ts';
import { overflow, seriousFaults, useBrowser } from './browser.ts';
import { useStack } from './stack.ts';
import { factsOf, rowsOf } from './truth.ts';

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
  await addService();
});

/** One that was found down; nothing answers at its address. */
async function addService(): Promise<void> {
  const at = new Date(Date.now() - 3_600_000);
  const service = await ServiceModel.create({
    ...{ _id: '01SERVICE', name: 'Mail relay', category: 'shared_hosting', adapter: 'uptime' },
    ...{ url: 'https://mail.example.invalid/', host: 'mail.example.invalid', settings: {} },
    ...{ active: true, last: { slot: at, status: 'down', at }, createdAt: at, updatedAt: at },
  });
  await ServiceLogModel.create({
    ...{ _id: '01LOG', serviceId: service._id, name: service.name, slot: at, at, status: 'down' },
    ...{ summary: 'It answers 503.', effects: 1, attempts: 1, jobId: '01JOB' },
    ...{ changes: ['It was ok.'], expiresAt: new Date(Date.now() + 86_400_000) },
  });
}

it('shows orders, invoices and customers, why an order was rejected, and a customer’s score', async () => {
  const page = await browser.open('/commerce', { as: 'viewer' });
  const orders = page.getByRole('table', { name: 'Orders' });
  await orders.getByRole('row', { name: /10644 Rejected .* there are 2.* 1\.00/ }).waitFor();
  expect(await page.getByRole('button', { name: 'Make a report' }).count()).toBe(0);
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('link', { name: 'Invoices' }).click();
  const invoices = page.getByRole('table', { name: 'Invoices' });
  await invoices.getByRole('row', { name: /INV-10643 Past due ALFKI .* 814\.50/ }).waitFor();
  const { name, text } = await saveCsv(page);
  expect(name).toBe('invoices.csv');
  expect(text).toContain('\r\nINV-10643,ALFKI,10643,');
  await page.getByRole('link', { name: 'Customers' }).click();
  await page.getByRole('table', { name: 'Customers' }).getByRole('link', { name: 'ALFKI' }).click();
  await heading(page, 'Alfreds Futterkiste').waitFor();
  await page.getByText('No invoice has been settled yet, so there is no score.').waitFor();
  await orders.getByRole('row').nth(2).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});

it('asks for a report, which appears in the list', async () => {
  const page = await browser.open('/commerce?list=reports', { as: 'admin' });
  await act(page, 'Make a report', () => page.getByLabel('Format').selectOption('csv'));
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
    await act(page, action);
    await jobs.getByRole('row', { name: new RegExp(`Stock of the day ${state}`) }).waitFor();
  }
});

it('shows services with what was found each time, and reads one now', async () => {
  const reader = await browser.open('/services', { as: 'viewer' });
  const services = reader.getByRole('table', { name: 'Services' });
  await services.getByRole('row', { name: /Mail relay Down shared_hosting Uptime/ }).waitFor();
  expect(await reader.getByRole('button', { name: 'Read all now' }).count()).toBe(0);
  const page = await browser.open('/services', { as: 'admin' });
  await page.getByRole('button', { name: 'Read all now' }).waitFor();
  await page.getByRole('link', { name: 'Mail relay' }).click();
  await heading(page, 'Mail relay').waitFor();
  const history = page.getByRole('table', { name: 'How it was found' });
  await history.getByRole('row', { name: /Down It answers 503\. It was ok\./ }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await act(page, 'Read now');
  await page.getByText('It is being read.').waitFor();
  await page.goto('/jobs?q=kind%3Aservice-sync');
  const jobs = page.getByRole('table', { name: 'Jobs' });
  await jobs.getByRole('row', { name: /service-sync/ }).waitFor();
});

it('says which hosts, messages, schedules and imports are in trouble, and leads to where that is seen', async () => {
  await bringTrouble(new Date(Date.now() - 600_000));
  const page = await browser.open('/', { as: 'viewer' });
  for (const [sentence, link, path] of [
    [
      /^WhatsApp refuses the token: 1 message wait.* It answers 190: Invalid token/,
      'jobs',
      '/jobs',
    ],
    [/^api\.example\.com:443 is down since .*: 1 call to it wait/, 'destinations', '/destinations'],
    [/^The slot of nightly at .* completed, but did nothing/, 'schedules', '/schedules'],
  ] as const) {
    await page.goto('/');
    await page.getByText(sentence).waitFor();
    await page
      .getByRole('link', { name: `See the ${link}` })
      .first()
      .click();
    await expect.poll(() => new URL(page.url()).pathname).toBe(path);
  }
  await page.goto('/');
  await page.getByText(/^The import of sample was begun at .* and has not ended/).waitFor();
  await page.getByText('npx pm2 reload worker --update-env').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
});

/** A host that is down, a token that is refused, a schedule that did nothing, an import without an end. */
async function bringTrouble(at: Date): Promise<void> {
  const host = 'api.example.com:443';
  await DestinationModel.create({ _id: host, version: 1, failures: 9, failingSince: at });
  await recordExecution(
    {
      ...{ _id: 'stock', name: 'Stock', apiUrl: `https://${host}/`, destination: host },
      ...{ maxRetryCount: 3, timeoutSeconds: 10 },
    },
    { jobId: 'held', trigger: 'task', scheduledAt: at },
  );
  await noteHeld('held');
  await MessageModel.create({
    ...{ _id: 'reminder-1', direction: 'out', channel: 'whatsapp', contact: '491234', text: 'Hi' },
    ...{ state: 'queued', error: { code: '190', message: 'Invalid token' }, at },
  });
  await SlotModel.create({
    ...{ _id: 'nightly@1', schedule: 'nightly', slot: at, state: 'began', trigger: 'schedule' },
    ...{ inTurn: false, outcome: 'completed', effects: 0, didNothing: true, recordedAt: at },
    expiresAt: new Date(Date.now() + 86_400_000),
  });
  await ImportModel.create({ _id: 'sample', startedAt: at });
}

it('shows no number of the business, hosts, services, schedules and actions but what the stores hold, at rest', async () => {
  const page = await browser.open('/commerce', { as: 'viewer' });
  await expectRows(page, 'Orders', ['Order', 'Total'], async () =>
    (await OrderModel.find().lean()).map(({ _id, totalCents }) => [_id, inUnits(totalCents)]),
  );
  await page.goto('/commerce?list=invoices');
  await expectRows(page, 'Invoices', ['Invoice', 'Amount'], async () =>
    (await InvoiceModel.find().lean()).map(({ _id, amountCents }) => [_id, inUnits(amountCents)]),
  );
  await page.goto('/commerce?list=customers');
  await expectRows(page, 'Customers', ['Customer', 'Credit limit', 'Credit used'], async () =>
    (await CustomerModel.find().lean()).map(({ _id, creditLimitCents, creditUsedCents }) => [
      ...[_id, inUnits(creditLimitCents ?? 0), inUnits(creditUsedCents)],
    ]),
  );
  await page.goto('/commerce/customers/ALFKI');
  const [invoice] = await InvoiceModel.find({ customerId: 'ALFKI', settledOn: null }).lean();
  await expect
    .poll(() => factsOf(page.getByRole('region', { name: 'Credit', exact: true })))
    .toMatchObject({ 'Open invoices': inUnits(invoice?.amountCents ?? 0) });

  await page.goto('/destinations');
  await expectRows(page, 'Hosts that are called', ['Host', 'Under way', 'Held'], async () => {
    const hosts = await DestinationModel.find().lean();
    return Promise.all(
      hosts.map(async ({ _id: destination, inFlight }) => {
        const calls = inFlight.filter(({ until }) => until > new Date()).length;
        const held = await HttpExecutionModel.countDocuments({ destination, isHeld: true });
        return [destination, String(calls), String(held)];
      }),
    );
  });
  await expectRows(page, 'Jobs that call addresses', ['Job'], async () =>
    (await HttpJobModel.find().lean()).map(({ name }) => [name]),
  );

  await page.goto('/services');
  await expectRows(page, 'Services', ['Service'], async () =>
    (await ServiceModel.find().lean()).map(({ name }) => [name]),
  );
  await page.goto('/services/01SERVICE');
  await expectRows(page, 'How it was found', ['What was found'], async () =>
    (await ServiceLogModel.find({ serviceId: '01SERVICE' }).lean()).map(({ summary, error }) => [
      error === null ? summary : `${error.reason}: ${error.message}`,
    ]),
  );

  await page.goto('/schedules');
  // Those of HTTP jobs are listed with these.
  const schedules = await ScheduleModel.find({
    ...{ expression: { $ne: null }, _id: { $not: new RegExp(`^${OF_DOCUMENTS}`) } },
  }).lean();
  await page.getByText(`${schedules.length}/${schedules.length} running`).waitFor();
  for (const { _id: schedule } of schedules) {
    const marks = page.getByRole('region', { name: schedule, exact: true }).locator('.slots > *');
    expect(await marks.count(), schedule).toBe(await SlotModel.countDocuments({ schedule }));
  }

  await page.goto('/audit');
  await expectRows(page, 'Actions', ['Counts'], async () =>
    (await AuditModel.find().lean()).map(({ counts }) => [
      Object.entries(counts)
        .filter(([, value]) => value !== 0)
        .map(([name, value]) => `${name}: ${value}`)
        .join(', ') || '–',
    ]),
  );
});

function inUnits(cents: number): string {
  return (cents / 100).toFixed(2);
}

/** Waits until a table shows in these columns what the store holds, in whatever order. */
async function expectRows(
  page: Page,
  table: string,
  columns: readonly string[],
  stored: () => Promise<readonly (readonly string[])[]>,
): Promise<void> {
  await expect
    .poll(async () =>
      (await rowsOf(page, table)).map((row) => columns.map((column) => row[column])).sort(),
    )
    .toEqual([...(await stored())].sort());
}
