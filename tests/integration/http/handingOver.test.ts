import { afterAll, beforeAll, expect, it } from 'vitest';
import { IncidentModel } from '../../../server/models/IncidentModel.ts';
import { ensureIndexes } from '../../../server/models/indexes.ts';
import { noteVersion } from '../../../server/Services/BackgroundJobs/changes/deploys.ts';
import { putIntoOutbox } from '../../../server/Services/Mail/outbox.ts';
import { type Harness, startHarness } from './harness.ts';
import { makeRun } from './records.ts';

/** The id of a moment that nobody kept. */
const UNKNOWN = `/app/incidents/${'a'.repeat(8)}-${'a'.repeat(22)}`;

let api: Harness;
let before: string;

const counts = { duplicates: 0, queued: 0, active: 0, delayed: 0, completed: 3, cancelled: 0 };

beforeAll(async () => {
  api = await startHarness();
  await ensureIndexes();
  before = new Date(Date.now() - 1).toISOString();
});
afterAll(() => api.stop());

const changes = async (query: string) => (await api.get(`/app/changes${query}`, 'viewer')).body;

it('tells deploys, what was done and by whom, notices and runs that did not end well', async () => {
  expect((await changes(`?since=${before}`)).items).toEqual([]);
  // Several processes begin at once, and one of them notes it.
  await Promise.all([1, 2, 3].map(() => noteVersion('worker', '0.1.0')));
  await noteVersion('worker', '0.2.0');
  await noteVersion('worker', '0.2.0');
  for (const to of ['admin@example.com', 'other@example.com']) {
    const account = to.startsWith('a') ? 'a'.repeat(24) : 'b'.repeat(24);
    const data = { title: 'Redis is down', lines: ['It does not answer.', 'Start it.'] };
    await putIntoOutbox({ key: `notice-redis-1-${account}`, template: 'notice', to, data });
  }
  const ended = { status: 'completed', enumerated: 4, finishedAt: new Date() } as const;
  await makeRun({ _id: 'm-failed', ...ended, sealed: { ...counts, failed: 1 } });
  await makeRun({ _id: 'm-well', ...ended, sealed: { ...counts, completed: 4, failed: 0 } });
  await makeRun({ _id: 'm-open', enumerated: 0 });
  for (const note of ['the provider is down', 'the provider is down', 'still']) {
    await api.post('/app/queues/user-data/pause', 'admin').send({ note }).expect(200);
  }
  await api.post('/app/queues/none/resume', 'admin').expect(404);

  const { items, more, since } = await changes(`?since=${before}`);
  expect({ more, since }).toEqual({ more: false, since: before });
  const byWhat = (what: string) => items.filter((item: { what: string }) => item.what === what);
  expect(byWhat('deploy')).toMatchObject([
    { part: 'worker', version: '0.2.0', before: '0.1.0' },
    { part: 'worker', version: '0.1.0', before: null },
  ]);
  expect(byWhat('alarm')).toMatchObject([{ title: 'Redis is down', text: 'It does not answer.' }]);
  expect(byWhat('run')).toMatchObject([{ runId: 'm-failed', failed: 1, of: 4, balanced: true }]);
  const pause = { by: 'admin@example.com', action: 'POST /app/queues/:queue/pause' };
  expect(byWhat('action')).toMatchObject([
    { ...pause, about: { queue: 'user-data', note: 'still' }, times: 1 },
    { ...pause, about: { queue: 'user-data', note: 'the provider is down' }, times: 2 },
  ]);
  const times = items.map(({ at }: { at: string }) => at);
  expect(times).toEqual([...times].sort().reverse());
  expect(await changes(`?since=${before}&limit=2`)).toMatchObject({
    ...{ items: items.slice(0, 2), more: true },
  });
  expect((await changes(`?since=${new Date().toISOString()}`)).items).toEqual([]);
});

it('looks back a day where it is not said, and no more than 30 days', async () => {
  const ageOf = async (query: string) => {
    const { since, asOf } = await changes(query);
    return (Date.parse(asOf) - Date.parse(since)) / 86_400_000;
  };
  expect(await ageOf('')).toBe(1);
  expect(await ageOf('?since=2000-01-01T00:00:00Z')).toBe(30);
});

it('refuses what is no instant or beyond its bounds, and whoever may not read', async () => {
  for (const query of ['since=yesterday', 'since=', 'limit=0', 'limit=201', 'until=now']) {
    await api.get(`/app/changes?${query}`, 'admin').expect(400);
  }
  await api.get('/app/changes').expect(401);
  await api.get('/app/changes', 'user').expect(403);
});

it('keeps how all stands, for whoever logs in and has the link, and for nobody else', async () => {
  const now = (await api.get('/app/now', 'viewer').expect(200)).body;
  const note = 'ask Ada; mongodb://ada:hunter22@db/hourwork';
  const { body: kept } = await api.post('/app/incidents', 'admin').send({ note }).expect(201);
  expect(kept).toMatchObject({
    by: 'admin@example.com',
    id: expect.stringMatching(/^[0-9a-z]{8}-[\w-]{22}$/),
  });
  expect(kept.note).toMatch(/^ask Ada; /);
  expect(kept.note).not.toContain('hunter22');
  expect(Date.parse(kept.keptUntil) - Date.parse(kept.at)).toBe(90 * 86_400_000);
  const path = `/app/incidents/${kept.id}`;
  await makeRun({ _id: 'm-later', enumerated: 0 });
  const { body: read } = await api.get(path, 'viewer').expect(200);
  const { snapshot, ...rest } = read;
  expect(rest).toEqual(kept);
  const ids = ({ runs }: { runs: { runId: string }[] }) => runs.map(({ runId }) => runId);
  expect(ids(snapshot)).toEqual(ids(now));
  expect(snapshot.situations.map(({ code }: { code: string }) => code)).toEqual(
    now.situations.map(({ code }: { code: string }) => code),
  );
  expect(snapshot.failures).toEqual([]);
  await api.get(path).expect(401);
  await api.get(path, 'user').expect(403);
  const { body: audit } = await api.get('/app/audit?limit=1', 'viewer').expect(200);
  expect(audit.items).toMatchObject([
    { action: 'POST /app/incidents', email: 'admin@example.com', about: { note: kept.note } },
  ]);
});

it('lists those that are kept, the newest first, and keeps one no longer when told so', async () => {
  const keep = async (note: string) =>
    (await api.post('/app/incidents', 'admin').send({ note }).expect(201)).body;
  const [first, second] = [await keep('first'), await keep('second')];
  const { body: page } = await api.get('/app/incidents?limit=1', 'viewer').expect(200);
  expect(page).toEqual({ items: [second], nextCursor: second.id });
  const next = `/app/incidents?limit=1&cursor=${page.nextCursor}`;
  const { body: nextPage } = await api.get(next, 'viewer').expect(200);
  expect(nextPage.items).toEqual([first]);

  const path = `/app/incidents/${second.id}`;
  await api.delete(path, 'viewer').expect(403);
  await api.delete(path, 'admin').expect(200, { id: second.id, removed: true });
  await api.delete(path, 'admin').expect(404);
  await api.get(path, 'viewer').expect(404);
  const { body: rest } = await api.get('/app/incidents?limit=1', 'viewer').expect(200);
  expect(rest.items).toEqual([first]);
});

it('keeps none for a viewer, none that is asked for wrongly, and no more than 60 an hour', async () => {
  await api.post('/app/incidents').send({}).expect(401);
  await api.post('/app/incidents', 'viewer').send({}).expect(403);
  for (const body of [{ note: 'x'.repeat(501) }, { note: 7 }, { by: 'me' }, []]) {
    await api.post('/app/incidents', 'admin').send(body).expect(400);
  }
  await api.get(UNKNOWN, 'admin').expect(404);
  await api.get('/app/incidents/short', 'admin').expect(400);
  const [one] = await IncidentModel.find().lean();
  if (one === undefined) throw new Error('There is none to begin with.');
  const count = 60 - (await IncidentModel.countDocuments());
  await IncidentModel.insertMany(
    Array.from({ length: count }, (_, index) => ({ ...one, _id: `another-${index}` })),
  );
  const { body } = await api.post('/app/incidents', 'admin').send({}).expect(429);
  expect(body.error.code).toBe('RATE_LIMITED');
});

// The last one: what it cuts stays away.
it('answers 503 without MongoDB', async () => {
  await api.mongo.cut();
  for (const asked of [
    api.get('/app/changes', 'admin'),
    api.get('/app/incidents', 'admin'),
    api.get(UNKNOWN, 'admin'),
    api.delete(UNKNOWN, 'admin'),
    api.post('/app/incidents', 'admin').send({}),
  ]) {
    const { body } = await asked.expect(503);
    expect(body.error.code).toBe('MONGODB_UNAVAILABLE');
  }
  await api.mongo.restore();
});
