import mongoose from 'mongoose';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ReportModel } from '../../../server/models/commerce/ReportModel.ts';
import { QueueModel } from '../../../server/models/system/QueueModel.ts';
import { reportJob } from '../../../server/Services/BackgroundJobs/jobs/report/report.job.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import {
  setDefaultLimits,
  setLimits,
} from '../../../server/Services/BackgroundJobs/steering/queueSteering.ts';
import { placeOrder } from '../../../server/Services/Commerce/placeOrder.ts';
import {
  importCommerce,
  replayedOrders,
} from '../../../server/Services/Commerce/sample/importCommerce.ts';
import { makeReport } from '../../../server/Services/Reports/makeReport.ts';
import { type Harness, startHarness } from '../http/harness.ts';

const BASE = '/api/v1/commerce/reports';
let api: Harness;

beforeAll(async () => {
  api = await startHarness({}, [userDataJob, reportJob]);
  await importCommerce();
});
afterAll(() => api.stop());

async function ask(body: object): Promise<string> {
  return (await api.post(BASE, 'admin').send(body).expect(202)).body.id;
}

const shown: number[] = [];
const make = (id: string) =>
  makeReport(id, {
    signal: new AbortController().signal,
    progress: (percent) => void shown.push(percent),
  });

async function download(id: string): Promise<request.Response> {
  const report = (await api.get(`${BASE}/${id}`, 'viewer').expect(200)).body;
  expect(report).toMatchObject({ state: 'done', progress: 100 });
  // Without a token: the link is signed.
  const answer = await request(api.app).get(report.download.url).buffer(true).parse(bytes);
  expect(answer.status).toBe(200);
  expect(answer.body.length).toBe(report.bytes);
  return answer;
}

function bytes(response: request.Response, done: (error: null, body: Buffer) => void): void {
  const all: Buffer[] = [];
  response.on('data', (chunk: Buffer) => all.push(chunk));
  response.on('end', () => done(null, Buffer.concat(all)));
}

it('an ageing report lists what is open on the day, and shows how far it is', async () => {
  const id = await ask({ type: 'ageing', format: 'csv', asOf: '2013-06-30' });
  const before = (await api.get(`${BASE}/${id}`, 'viewer')).body;
  expect(before).toMatchObject({ state: 'queued', download: null });
  expect(await make(id)).toMatchObject({ rows: 84 });
  expect(shown.length).toBeGreaterThan(10);
  const answer = await download(id);
  expect(answer.headers['content-disposition']).toContain('ageing-2013-06-30.csv');
  const lines = answer.body.toString().trimEnd().split('\r\n');
  expect([lines.length, lines.at(-1)]).toEqual([86, 'Total,,,,,5119.85']);
});

it('a report that a worker goes on with, when another has taken it over, has one file', async () => {
  const id = await ask({ type: 'ageing', format: 'csv', asOf: '2013-06-30' });
  const made = await Promise.all([make(id), make(id)]);
  expect(made.map(({ rows }) => rows)).toEqual([84, 84]);
  await download(id);
  const files = mongoose.connection.collection('reportfiles.files');
  expect(await files.countDocuments({ filename: id })).toBe(1);
});

it('a report of days sales outstanding has each customer as an independent script has', async () => {
  const id = await ask({ type: 'days-sales-outstanding', format: 'csv', asOf: '2013-06-30' });
  await make(id);
  const lines = (await download(id)).body.toString().split('\r\n');
  expect(lines.filter((line: string) => line.startsWith('0379-NEVHP'))).toEqual([
    expect.stringMatching(/,16\.32$/),
  ]);
  expect(lines).toHaveLength(103);
});

it('a report of sales sums the months, in each format', async () => {
  const orders = (await replayedOrders()).filter(({ orderedOn }) => orderedOn < '1996-09');
  for (const order of orders) await placeOrder(order);
  const period = { type: 'sales', from: '1996-07-01', asOf: '1996-08-31' };
  const csv = await ask({ ...period, format: 'csv' });
  await make(csv);
  const lines = (await download(csv)).body.toString().split('\r\n');
  // As the published lines give, by month.
  expect(lines.slice(1, 3)).toEqual([
    expect.stringMatching(/^1996-07,22,27861\.9\d,/),
    expect.stringMatching(/^1996-08,25,25485\.2\d,/),
  ]);
  for (const [format, begins] of [
    ['pdf', '%PDF-1.'],
    ['xlsx', 'PK'],
  ]) {
    const id = await ask({ ...period, format });
    await make(id);
    expect((await download(id)).body.toString('latin1').startsWith(begins ?? '')).toBe(true);
  }
});

it('a report is made once, and its link is good for it alone', async () => {
  const id = await ask({ type: 'ageing', format: 'pdf', asOf: '2013-06-30' });
  const other = await ask({ type: 'ageing', format: 'csv', asOf: '2012-06-30' });
  const made = await make(id);
  expect(await make(id)).toEqual(made);
  await make(other);
  const { url } = (await api.get(`${BASE}/${id}`, 'viewer')).body.download;
  await request(api.app).get(url.replace(id, other)).expect(403);
  await request(api.app)
    .get(url.replace(/signature=./, 'signature=_'))
    .expect(403);
  await request(api.app).get(`${BASE}/${id}/download`).expect(400);
});

it('a report whose time is over goes with its file', async () => {
  const id = await ask({ type: 'ageing', format: 'csv', asOf: '2013-06-30' });
  await make(id);
  const { url } = (await api.get(`${BASE}/${id}`, 'viewer')).body.download;
  await ReportModel.updateOne({ _id: id }, { $set: { expiresAt: new Date(0) } });
  await make(await ask({ type: 'ageing', format: 'csv', asOf: '2013-05-30' }));
  await request(api.app).get(url).expect(404);
});

it('one report at a time is made over all workers, until an administrator says otherwise', async () => {
  const limits = async () => (await QueueModel.findById('REPORT_GENERATION').lean())?.limits;
  await setDefaultLimits([reportJob.queue]);
  expect(await limits()).toMatchObject({ maxConcurrency: 1 });
  await setLimits('REPORT_GENERATION', { concurrency: null, maxConcurrency: null, rate: null });
  await setDefaultLimits([reportJob.queue]);
  expect(await limits()).toMatchObject({ maxConcurrency: null });
});
