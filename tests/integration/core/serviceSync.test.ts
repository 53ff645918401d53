import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { allowanceOf } from '../../../server/config/egressAllowance.ts';
import { HostTurnModel } from '../../../server/models/HostTurnModel.ts';
import { MailModel } from '../../../server/models/MailModel.ts';
import { type ServiceLogDoc, ServiceLogModel } from '../../../server/models/ServiceLogModel.ts';
import { ServiceModel } from '../../../server/models/ServiceModel.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { SlotModel } from '../../../server/models/system/SlotModel.ts';
import { createAccount } from '../../../server/Services/Auth/accounts.ts';
import { recordOutcomes } from '../../../server/Services/BackgroundJobs/scheduling/slotOutcomes.ts';
import { createSecretBox, keyIdsOf } from '../../../server/Services/Secrets/secretBox.ts';
import { keyIdsInUse, resealAll } from '../../../server/Services/Secrets/storedSecrets.ts';
import { deferHost, takeHostTurn } from '../../../server/Services/ServiceSync/hostTurns.ts';
import { importServices } from '../../../server/Services/ServiceSync/importServices.ts';
import { createServices } from '../../../server/Services/ServiceSync/services.ts';
import { command } from '../command.ts';
import { startLocalServer } from '../localServer.ts';
import { useApiAndWorker } from './apiAndWorker.ts';
import { SILENT } from './installation.ts';

const PASSWORD = 'a-long-test-password';
const API_KEY = 'the-key-of-a-service';

const page = {
  status: { indicator: 'none', description: 'All Systems Operational' },
  components: [
    { name: 'api.example.com', status: 'operational' },
    { name: 'Mail', status: 'operational' },
  ],
  incidents: [],
};

/** The services, with their vices by path. */
const seen: { path: string; headers: IncomingHttpHeaders }[] = [];
let served: object = page;
/** How many calls were answered at one time, at most. */
let [atOnce, mostAtOnce] = [0, 0];
const target = await startLocalServer((request, response) => {
  atOnce += 1;
  mostAtOnce = Math.max(mostAtOnce, atOnce);
  response.once('close', () => {
    atOnce -= 1;
  });
  const path = request.url ?? '';
  seen.push({ path, headers: request.headers });
  const [, what = '', value = ''] = path.split('/');
  const times = callsOf(path).length;
  if (what === 'page') response.end(JSON.stringify(served));
  else if (what === 'status') response.writeHead(Number(value)).end(`status ${value}`);
  else if (what === 'twice') {
    if (times <= 2) response.writeHead(503).end();
    else response.end('{"ok":true}');
  } else if (what === 'redirect')
    response.writeHead(302, { location: decodeURIComponent(value) }).end();
  else if (what === 'huge') response.end('x'.repeat(2 * 1024 * 1024));
  else if (what === 'reset') request.socket.resetAndDestroy();
  else if (what === 'late') setTimeout(() => response.end('{"ok":true}'), 300);
  else if (what === 'echo') response.end(JSON.stringify({ key: request.headers['x-api-key'] }));
  else if (what === 'json') response.end('{"ok":true}');
  else response.end('<html>');
});
/** What is told of changes, as Slack and as a receiver of signed webhooks would have it. */
const told: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];
const receiver = await startLocalServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { url: path = '', headers } = request;
    told.push({ path, headers, body: Buffer.concat(chunks).toString() });
    // The first of each is refused, to be tried again.
    const first = told.filter((each) => each.path === path).length === 1;
    response.writeHead(first ? 503 : 200).end();
  });
});
/** A host of its own, which limits. */
const limited: number[] = [];
const limiting = await startLocalServer((_request, response) => {
  limited.push(Date.now());
  if (limited.length === 1) response.writeHead(429, { 'retry-after': '2' }).end();
  else response.end('{"ok":true}');
});
let reachedHidden = 0;
const hidden = await startLocalServer((_request, response) => {
  reachedHidden += 1;
  response.end('{"ok":true}');
});
const callsOf = (path: string) => seen.filter((call) => call.path === path);

afterAll(() => Promise.all([target, receiver, limiting, hidden].map((server) => server.stop())));

/** However busy the machine is. */
const PATIENTLY = { timeout: 60_000, interval: 30 };

const base = target.url;
const env = await useApiAndWorker({
  LOGIN_ATTEMPTS_PER_MINUTE: '1000',
  EGRESS_ALLOW: [target, limiting, receiver].map(({ port }) => `127.0.0.1:${port}`).join(),
  NOTIFY_SLACK_WEBHOOK_URL: `${receiver.url}/slack`,
  NOTIFY_WEBHOOK_URL: `${receiver.url}/signed`,
  ...{ NOTIFY_WEBHOOK_SECRET: 'a-secret-of-24-characters', SERVICE_NOTICES_EVERY_MS: '1000' },
  ...{ SERVICE_SYNC_SPREAD_MS: '1000', SERVICE_SYNC_HOST_SPACING_MS: '2' },
  ...{ JOB_RETRY_DELAY_MS: '30', SERVICE_SYNC_SCHEDULE: '0 0 29 2 *' },
  ...{ HEALTH_CHECK: 'false', PUBLISH_DUE_POSTS: 'false', CACHE_CLEANUP: 'false' },
});
const tokens: Record<string, string> = {};

beforeAll(async () => {
  for (const role of ['admin', 'viewer'] as const) {
    const email = `${role}@example.com`;
    await createAccount({ email, password: PASSWORD, role });
    await vi.waitFor(async () => {
      const { body } = await ask('POST', '/app/auth/login', { email, password: PASSWORD }, '');
      tokens[role] = String(body.token);
      expect(body.token).toBeDefined();
    }, 15_000);
  }
});

/** As much of an answer as these tests look at. */
interface Answered {
  [field: string]: unknown;
  id: string;
  runId: string;
  jobId: string;
  error: { code: string; message: string };
  items: (Answered & ServiceLogDoc)[];
  lastRun: { runId: string; balanced: boolean; enumerated: number; status: string };
  recent: { completed: Answered[]; failed: (Answered & { name: string })[] };
}

/** Asked again where the database gave no answer in time: a busy machine is not what is tested here. */
async function ask(method: string, path: string, body?: unknown, as = 'admin') {
  return vi.waitFor(async () => {
    const answer = await askOnce(method, path, body, as);
    expect(answer.status).not.toBe(503);
    return answer;
  }, PATIENTLY);
}

async function askOnce(method: string, path: string, body: unknown, as: string) {
  const answer = await fetch(`http://127.0.0.1:${env.PORT}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(tokens[as] && { authorization: `Bearer ${tokens[as]}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answered };
}

const OK_FIELD = { fields: [{ pointer: '/ok', equals: true }] };

async function add(given: Record<string, unknown>): Promise<string> {
  const { status, body } = await ask('POST', '/api/v1/services', {
    ...{ name: randomUUID(), adapter: 'json', category: 'test' },
    ...(given.adapter === undefined && { settings: OK_FIELD }),
    ...given,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
}

/** Reads one service now. @returns its new log. */
async function sync(id: string): Promise<ServiceLogDoc> {
  const { status, body } = await ask('POST', `/api/v1/sync/service/${id}`);
  expect(status, JSON.stringify(body)).toBe(202);
  return vi.waitFor(async () => {
    const log = await ServiceLogModel.findOne({ jobId: body.jobId }).lean<ServiceLogDoc>();
    if (log === null) throw new Error('It is not written down yet.');
    const job = await JobStatusModel.findById(body.jobId).lean();
    expect(['completed', 'failed']).toContain(job?.status);
    return log;
  }, PATIENTLY);
}

describe('a service', () => {
  it('is added, changed and removed; its key is sealed, sent and never shown', async () => {
    const id = await add({
      url: `${base}/echo`,
      settings: { fields: [{ pointer: '/key' }] },
      ...{ apiKey: API_KEY, apiKeyHeader: 'X-Api-Key' },
    });
    const log = await sync(id);
    expect(callsOf('/echo')[0]?.headers).toMatchObject({ 'x-api-key': API_KEY });
    expect(log).toMatchObject({ status: 'ok', facts: [{ name: '/key', value: '***' }] });
    const { body } = await ask('GET', `/api/v1/services/${id}`, undefined, 'viewer');
    expect(body).toMatchObject({ hasApiKey: true, last: { status: 'ok' } });
    expect(JSON.stringify([body, await ServiceModel.find().lean()])).not.toContain(API_KEY);
    const moved = await ask('PATCH', `/api/v1/services/${id}`, { url: 'https://example.com/' });
    expect(moved).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_FAILED' } } });
    const kept = await ask('PATCH', `/api/v1/services/${id}`, { url: `${base}/echo/2` });
    expect(kept).toMatchObject({ status: 200, body: { hasApiKey: true } });
    expect((await ask('DELETE', `/api/v1/services/${id}`)).status).toBe(200);
    expect((await ask('GET', `/api/v1/services/${id}`)).status).toBe(404);
    expect(await ServiceLogModel.countDocuments({ serviceId: id })).toBe(0);
  });

  it.each([
    ['a private address', { url: 'http://10.0.0.1/' }],
    ['one in another spelling', { url: 'http://0x7f.1/' }],
    ['one in IPv6', { url: 'http://[::ffff:127.0.0.1]/' }],
    ['credentials in the address', { url: 'https://ann:secret@example.com/' }],
    ['settings of another adapter', { adapter: 'json', settings: {} }],
    ['a pointer that is none', { settings: { fields: [{ pointer: 'ok' }] } }],
  ])('cannot have %s', async (_what, wrong) => {
    const { status, body } = await ask('POST', '/api/v1/services', {
      ...{ name: 'wrong', adapter: 'uptime', url: 'https://example.com/' },
      ...('settings' in wrong && { adapter: 'json' }),
      ...wrong,
    });
    expect(status).toBe(400);
    expect(body.error.code).toBe('VALIDATION_FAILED');
  });

  it('has a name that no other has', async () => {
    await add({ name: 'Northwind', url: `${base}/json` });
    const again = await ask('POST', '/api/v1/services', {
      ...{ name: 'Northwind', adapter: 'uptime', url: `${base}/json` },
    });
    expect(again.body.error.message).toContain('there is a service "Northwind" already');
  });

  it('has its key under another DATA_KEY after a rotation', async () => {
    const id = await add({ url: `${base}/json`, apiKey: API_KEY });
    const old = createSecretBox(env);
    const DATA_KEY = randomBytes(32).toString('hex');
    await resealAll(createSecretBox({ DATA_KEY, DATA_KEY_PREVIOUS: env.DATA_KEY }));
    expect(await keyIdsInUse()).toEqual(keyIdsOf({ DATA_KEY }));
    expect(await sync(id)).toMatchObject({
      ...{ status: 'failed', error: { code: 'SERVICE_ERROR', reason: 'DATA_KEY_MISSING' } },
    });
    await resealAll(createSecretBox({ DATA_KEY: env.DATA_KEY, DATA_KEY_PREVIOUS: DATA_KEY }));
    const sealed = (await ServiceModel.findById(id).lean())?.apiKey ?? '';
    expect(old.open(sealed, 'service-api-key')).toBe(API_KEY);
    await ask('DELETE', `/api/v1/services/${id}`);
  });
});

it('services come in from a CSV file, and npm run service lists them', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'hourwork-services-')), 'services.csv');
  await writeFile(
    file,
    [
      'name,adapter,url,category,settings,apiKey,active',
      `Alpha,uptime,${base}/json,import,,,true`,
      `Beta,json,${base}/json,import,"{""fields"":[{""pointer"":""/ok""}]}",${API_KEY},no`,
      `Gamma,gopher,${base}/json,import,,,`,
      'Delta,uptime,http://10.0.0.1/,import,,,',
      'Epsilon,json,https://example.com/,import,{,,',
    ].join('\n'),
  );
  const services = createServices({
    secrets: createSecretBox(env),
    allowance: allowanceOf(env),
  });
  const refused: number[] = [];
  const refuse = ({ line }: { line: number }) => refused.push(line);
  expect(await importServices(file, { services, refuse })).toEqual({ added: 2, changed: 0 });
  expect(refused).toEqual([4, 5, 6]);
  expect(await importServices(file, { services, refuse })).toEqual({ added: 0, changed: 2 });
  const settings = { MONGODB_URI: env.MONGODB_URI ?? '' };
  const listed = await command('service', ['list', '--category', 'import'], { settings });
  expect(listed.out, listed.err).toMatch(/Alpha .*not read yet\n.*Beta .*inactive/);
}, 60_000);

it('a backup names the key of its secrets, and a restore under another refuses', async () => {
  const id = await add({ url: `${base}/json`, apiKey: API_KEY });
  const parent = await mkdtemp(join(tmpdir(), 'hourwork-sealed-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const folder = join(parent, 'backup');
  const { MONGODB_URI = '', DATA_KEY = '' } = env;
  const [keyId = ''] = keyIdsOf({ DATA_KEY });
  const made = await command('backup', [folder], { settings: { MONGODB_URI, DATA_KEY } });
  expect(made.code, made.text).toBe(0);
  expect(made.out).toContain(`sealed under the data key ${keyId}: keep DATA_KEY of .env`);
  // Another database, as this one is in use: nothing comes into it.
  const elsewhere = new URL(MONGODB_URI);
  elsewhere.pathname += '-restored';
  const refused = await command('restore', [folder, '--only', 'mongodb'], {
    settings: { MONGODB_URI: elsewhere.href, DATA_KEY: randomBytes(32).toString('hex') },
  });
  expect(refused).toMatchObject({
    ...{ code: 1, err: expect.stringContaining(`Put that key into .env, as DATA_KEY`) },
  });
  expect(refused.text).not.toContain(DATA_KEY);
  await ask('DELETE', `/api/v1/services/${id}`);
}, 60_000);

it('npm run notify:test tells people by each channel', async () => {
  const { MONGODB_URI = '', REDIS_URL = '', QUEUE_PREFIX } = env;
  const {
    NOTIFY_SLACK_WEBHOOK_URL = '',
    NOTIFY_WEBHOOK_URL = '',
    NOTIFY_WEBHOOK_SECRET = '',
  } = env;
  const { code, out, err } = await command('notifyTest', [], {
    settings: {
      ...{ MONGODB_URI, REDIS_URL, QUEUE_PREFIX },
      ...{ NOTIFY_SLACK_WEBHOOK_URL, NOTIFY_WEBHOOK_URL, NOTIFY_WEBHOOK_SECRET },
    },
  });
  expect(code, err).toBe(0);
  expect(out).toContain('.local/outbox');
  await vi.waitFor(async () => {
    const tests = told.filter(({ body }) => body.includes('A test notice of Hourwork'));
    expect(new Set(tests.map(({ path }) => path))).toEqual(new Set(['/slack', '/signed']));
    expect(await MailModel.findOne({ 'data.title': 'A test notice of Hourwork' })).not.toBeNull();
  }, PATIENTLY);
}, 90_000);

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
    served = {
      ...page,
      status: { indicator: 'critical', description: 'Major outage' },
      components: [{ name: 'api.example.com', status: 'major_outage' }],
    };
    await sync(id);
    served = page;
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

describe('people', () => {
  /** Waits until the service’s last state has been told. */
  const whenTold = (id: string, toldFailing: boolean) =>
    vi.waitFor(async () => {
      const service = await ServiceModel.findById(id).lean();
      expect(service).toMatchObject({ toldFailing, telling: null });
    }, PATIENTLY);
  const ofSlack = () =>
    told.filter(({ path }) => path === '/slack').map(({ body }) => String(JSON.parse(body).text));

  it('are told once that a service fails, and once that it is well again', async () => {
    await ServiceModel.updateMany({}, { $set: { last: null, toldFailing: false } });
    const id = await add({ name: 'Beacon', url: `${base}/status/404/` });
    await sync(id);
    await whenTold(id, true);
    await sync(id);
    await sync(id);
    await ask('PATCH', `/api/v1/services/${id}`, { url: `${base}/json` });
    await sync(id);
    await whenTold(id, false);
    const heard = await vi.waitFor(() => {
      const texts = ofSlack().filter((text) => text.includes('Beacon'));
      expect(texts.join()).toContain('is well again');
      return texts;
    }, PATIENTLY);
    const [first = ''] = heard;
    expect(first).toContain('*The service Beacon fails*');
    // Each notice once, but for the very first message, which was refused.
    expect([...new Set(heard)]).toHaveLength(2);
    const mails = await MailModel.find({ template: 'notice' }).lean();
    const titles = mails.map(({ data }) => String(data.title)).filter((t) => t.includes('Beacon'));
    expect(titles.toSorted()).toEqual([
      'The service Beacon fails',
      'The service Beacon is well again',
    ]);
    const signed = told.filter(({ path, body }) => path === '/signed' && body.includes('Beacon'));
    const [{ headers, body } = { headers: {} as IncomingHttpHeaders, body: '' }] = signed;
    const key = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const expected = createHmac('sha256', 'a-secret-of-24-characters').update(key).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
  });

  it('are told in words of a sync that completed but found nothing to read', async () => {
    await ServiceModel.deleteMany({});
    await add({ adapter: 'statuspage', url: `${base}/page` });
    served = { ...page, components: [] };
    const { body } = await ask('POST', '/api/v1/sync/all');
    await vi.waitFor(async () => {
      const status = await ask('GET', '/api/v1/sync/status');
      expect(status.body.lastRun).toMatchObject({ runId: body.runId, status: 'completed' });
    }, PATIENTLY);
    served = page;
    const schedule = 'service-sync-daily';
    const expiresAt = new Date(Date.now() + 86_400_000);
    const today = Date.parse('2026-11-27T06:30:00Z');
    for (const daysAgo of [4, 3, 2, 1, 0]) {
      const slot = new Date(today - daysAgo * 86_400_000);
      await SlotModel.create({
        ...{ _id: `${schedule}@${slot.toISOString()}`, schedule, slot, state: 'began' },
        ...{ trigger: 'schedule', inTurn: false, recordedAt: slot, expiresAt },
        ...(daysAgo === 0 ? { runId: body.runId } : { outcome: 'completed', effects: 2 }),
      });
    }
    await recordOutcomes({
      ...{ zones: new Map([[schedule, 'UTC']]), onEnded: async () => undefined },
      log: SILENT,
    });
    expect(await SlotModel.findOne({ slot: new Date(today) }).lean()).toMatchObject({
      ...{ outcome: 'completed', effects: 0, didNothing: true },
    });
    const title = `${schedule} completed, but did nothing`;
    const mail = await vi.waitFor(async () => {
      const found = await MailModel.findOne({ 'data.title': title }).lean();
      expect(found).not.toBeNull();
      return found;
    }, PATIENTLY);
    expect(JSON.stringify(mail?.data)).toContain('It went through 1 items, and none of them had');
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
