import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HostTurnModel } from '../../../server/models/HostTurnModel.ts';
import { type ServiceLogDoc, ServiceLogModel } from '../../../server/models/ServiceLogModel.ts';
import { ServiceModel } from '../../../server/models/ServiceModel.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { deferHost, takeHostTurn } from '../../../server/Services/ServiceSync/hostTurns.ts';
import { add, ask, base, OK_FIELD, PATIENTLY, sync } from './servicesInstallation.ts';
import {
  hidden,
  limited,
  limiting,
  mostAtOnce,
  page,
  reachedHidden,
  serve,
} from './serviceTargets.ts';

describe('one sync', () => {
  it('takes turns with others of its host, however many workers ask', async () => {
    const turns = await Promise.all(
      Array.from({ length: 10 }, () => takeHostTurn('one.example.com', 60_000)),
    );
    expect(turns.filter((waitMs) => waitMs === 0)).toHaveLength(1);
    for (const waitMs of turns) expect(waitMs).toBeLessThan(61_000);
    expect(await takeHostTurn('other.example.com', 60_000)).toBe(0);
    await deferHost('other.example.com', new Date(Date.now() + 600_000));
    expect(await takeHostTurn('other.example.com', 1)).toBeGreaterThan(60_000);
  });

  it('is tried again when our own database refuses it, and is written down once', async () => {
    const id = await add({ url: `${base}/json` });
    const refused = vi.spyOn(HostTurnModel, 'updateOne').mockImplementationOnce(() => {
      throw new Error('The document is refused.');
    });
    onTestFinished(() => refused.mockRestore());
    const { jobId, status, attempts } = await sync(id);
    expect({ status, attempts }).toEqual({ status: 'ok', attempts: 2 });
    await vi.waitFor(async () => {
      const job = await JobStatusModel.findById(jobId).lean();
      expect(job?.attemptLog?.[0]).toMatchObject({
        error: { code: 'DATABASE_ERROR', message: 'The document is refused.' },
      });
    }, PATIENTLY);
    expect(await ServiceLogModel.countDocuments({ serviceId: id })).toBe(1);
  });

  it('tells what has changed since the last', async () => {
    const id = await add({ adapter: 'statuspage', url: `${base}/page` });
    expect(await sync(id)).toMatchObject({ status: 'ok', effects: 2, changes: [], attempts: 1 });
    serve({
      ...page,
      status: { indicator: 'critical', description: 'Major outage' },
      components: [{ name: 'api.example.com', status: 'major_outage' }],
    });
    await sync(id);
    serve(page);
    const { body } = await ask('GET', `/api/v1/services/${id}/logs?limit=1`, undefined, 'viewer');
    expect(body.items).toHaveLength(1);
    expect(body.items[0]?.changes).toEqual([
      'status: ok → down',
      'api.example.com: operational → major_outage',
      'Mail: operational → (absent)',
    ]);
    const older = await ask('GET', `/api/v1/services/${id}/logs?cursor=${body.nextCursor}`);
    expect(older.body).toMatchObject({ items: [{ status: 'ok' }], nextCursor: null });
  });

  it('waits for as long as the host asks, at no cost but the try', async () => {
    const id = await add({ url: `${limiting.url}/` });
    expect(await sync(id)).toMatchObject({ status: 'ok', attempts: 2 });
    expect(limited).toHaveLength(2);
    expect((limited[1] ?? 0) - (limited[0] ?? 0)).toBeGreaterThanOrEqual(1_990);
  });

  it('is 404 for a service that is not there, 409 for one that is not active', async () => {
    expect(await ask('POST', '/api/v1/sync/service/none')).toMatchObject({
      ...{ status: 404, body: { error: { code: 'NOT_FOUND' } } },
    });
    const id = await add({ url: `${base}/json`, active: false });
    expect(await ask('POST', `/api/v1/sync/service/${id}`)).toMatchObject({
      ...{ status: 409, body: { error: { code: 'SERVICE_INACTIVE' } } },
    });
  });

  it('is asked for by administrators, and read by the staff', async () => {
    for (const [method, path] of [
      ['POST', '/api/v1/sync/all'],
      ['POST', '/api/v1/sync/service/none'],
      ['POST', '/api/v1/services'],
    ] as const) {
      expect((await ask(method, path, undefined, 'viewer')).status, path).toBe(403);
      expect((await ask(method, path, undefined, 'nobody')).status, path).toBe(401);
    }
    expect((await ask('GET', '/api/v1/sync/status', undefined, 'viewer')).status).toBe(200);
    expect((await ask('GET', '/api/v1/sync/status', undefined, 'nobody')).status).toBe(401);
  });
});

it('200 services, a third with vices: a log each, the right codes, and nothing reached that must not be', async () => {
  await ServiceModel.deleteMany({});
  await ServiceLogModel.deleteMany({});
  const to = (url: string) => encodeURIComponent(url);
  const vices = [
    ['/late', 'ok', null],
    ['/twice', 'ok', null],
    ['/status/500', 'API_ERROR', 'HTTP_500', 4],
    ['/status/404', 'API_ERROR', 'HTTP_404', 1],
    ['/huge', 'API_ERROR', 'ANSWER_TOO_LARGE', 1],
    ['/html', 'API_ERROR', 'INVALID_ANSWER', 4],
    ['/reset', 'NETWORK_ERROR', 'CONNECTION_LOST', 4],
    [`/redirect/${to(`http://127.0.0.1:${hidden.port}/`)}`, 'SERVICE_ERROR', 'ADDRESS_REFUSED', 1],
    [`/redirect/${to(`http://localhost:${hidden.port}/`)}`, 'SERVICE_ERROR', 'ADDRESS_REFUSED', 1],
    [
      `/redirect/${to(`http://[::ffff:7f00:1]:${hidden.port}/`)}`,
      'SERVICE_ERROR',
      'ADDRESS_REFUSED',
      1,
    ],
    [`/redirect/${to(`http://2130706433:${hidden.port}/`)}`, 'SERVICE_ERROR', 'ADDRESS_REFUSED', 1],
  ] as const;
  const expected = new Map<string, readonly [string, string | null, number?]>();
  const now = new Date();
  for (let number = 0; number < 200; number += 1) {
    const [path, ...end] = (number % 3 === 0 && vices[(number / 3) % vices.length]) || [
      '/json',
      'ok' as const,
      null,
    ];
    const _id = `service-${String(number).padStart(3, '0')}`;
    expected.set(_id, end);
    // Each has an address of its own, so that those that answer the third time count for themselves.
    const url = path.startsWith('/redirect') ? `${base}${path}` : `${base}${path}/${number}`;
    await ServiceModel.create({
      ...{ _id, name: _id, category: 'shared_hosting', adapter: 'json', settings: OK_FIELD },
      ...{ url: url.replace(/(status\/\d+)\/\d+/, '$1'), active: true, host: new URL(base).host },
      ...{ createdAt: now, updatedAt: now },
    });
  }
  const [first, again] = [
    await ask('POST', '/api/v1/sync/all'),
    await ask('POST', '/api/v1/sync/all'),
  ];
  expect(first.status).toBe(202);
  expect(again.body.runId).toBe(first.body.runId);
  const status = await vi.waitFor(
    async () => {
      const { body } = await ask('GET', '/api/v1/sync/status', undefined, 'viewer');
      expect(body.lastRun).toMatchObject({ runId: first.body.runId, status: 'completed' });
      return body;
    },
    { timeout: 150_000, interval: 200 },
  );
  expect(status.lastRun).toMatchObject({ enumerated: 200, balanced: true });
  expect(status).toMatchObject({ waiting: 0, active: 0 });
  expect(status.recent.completed).toHaveLength(10);
  expect(status.recent.failed).toHaveLength(5);
  const logs = await ServiceLogModel.find({}).lean<ServiceLogDoc[]>();
  expect(logs).toHaveLength(200);
  expect(new Set(logs.map(({ serviceId }) => serviceId)).size).toBe(200);
  for (const { serviceId, status: found, error, attempts } of logs) {
    const [what, reason, tries] = expected.get(serviceId) ?? [];
    const url = (await ServiceModel.findById(serviceId).lean())?.url;
    expect([error?.code ?? found, error?.reason ?? null], url).toEqual([what, reason]);
    if (tries !== undefined) expect(attempts, url).toBe(tries);
  }
  expect(reachedHidden).toBe(0);
  expect(mostAtOnce).toBeGreaterThan(1);
  expect(mostAtOnce).toBeLessThanOrEqual(5);
  const failed = logs.filter(({ error }) => error !== null).length;
  // What attempts were like is written a little later than their outcome.
  const jobs = await vi.waitFor(async () => {
    const found = await JobStatusModel.find({ runId: first.body.runId, status: 'failed' }).lean();
    for (const { attempts, attemptLog } of found) expect(attemptLog).toHaveLength(attempts);
    return found;
  }, PATIENTLY);
  expect(jobs).toHaveLength(failed);
  for (const { attemptLog = [] } of jobs.filter(({ attempts }) => attempts === 4)) {
    const gaps = attemptLog
      .slice(1)
      .map(
        ({ startedAt }, at) => Number(startedAt) - Number(attemptLog[at]?.endedAt ?? Number.NaN),
      );
    // JOB_RETRY_DELAY_MS, then twice and four times as long; the clocks of Redis and Node may differ a little.
    for (const [at, gap] of gaps.entries()) expect(gap).toBeGreaterThan(30 * 2 ** at - 5);
  }
}, 180_000);
