import mongoose from 'mongoose';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { SchedulingModel } from '../../../server/models/system/SchedulingModel.ts';
import { SlotModel } from '../../../server/models/system/SlotModel.ts';
import { command } from '../command.ts';
import { type Harness, startHarness } from '../http/harness.ts';
import { startLocalServer } from '../localServer.ts';

const KEY = 'test-scheduler-key';
const JOB = 'process_user_data';

let api: Harness;
let settings: Record<string, string>;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  api = await startHarness({ CRON_MANAGER_API_KEY: KEY });
  stops.push(() => api.stop());
  const server = await startLocalServer(api.app);
  stops.push(server.stop);
  settings = {
    MONGODB_URI: `mongodb://127.0.0.1:${api.mongo.port}/${mongoose.connection.name}?directConnection=true`,
    REDIS_URL: api.env.REDIS_URL ?? '',
    QUEUE_PREFIX: api.env.QUEUE_PREFIX,
    ...{ PORT: String(server.port), CRON_MANAGER_API_KEY: KEY },
  };
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

const cron = (...args: string[]) => command('cron', args, { settings });
const token = (...args: string[]) => command('token', args, { settings });

/** The job as the API sees it. */
async function job() {
  const { body } = await api.get('/api/cron-manager', 'admin').expect(200);
  const jobs = body.cronJobs as { name: string; running: boolean }[];
  return { ...jobs.find(({ name }) => name === JOB), initialized: body.initialized };
}

describe('npm run cron', () => {
  afterEach(async () => {
    await Promise.all([RunModel.deleteMany({}), SlotModel.deleteMany({})]);
    await Promise.all([ScheduleModel.deleteMany({}), SchedulingModel.deleteMany({})]);
  });

  it('stops one job or all with a note, lists it so, and starts them', async () => {
    const until = '2099-12-24T18:00:00Z';
    const asked = ['--until', until, '--why', 'stocktaking', '--by', 'ann'];
    const stopped = await Promise.all([
      cron('stop', JOB, ...asked),
      cron('stop', '--all', '--why', 'a move', '--by', 'bob'),
    ]);
    expect(stopped.map(({ text }) => text)).toEqual([
      `${JOB} is stopped.\n`,
      'Every job is stopped.\n',
    ]);
    const { out } = await cron('list');
    const lines = out.trim().split('\n');
    expect(lines).toHaveLength(9);
    expect(lines[0]).toMatch(
      /^process_user_data: 0 \* \* \* \* \(UTC\), next \S+Z, stopped until 2099-12-24T18:00:00.000Z by ann: stocktaking$/,
    );
    expect(out).toMatch(/^weekly_email: .*, next \S+Z, stopped by bob: a move$/m);
    expect(lines.at(-1)).toBe('All schedules are stopped: npm run cron -- start --all');
    await cron('start', '--all');
    expect(await job()).toMatchObject({
      ...{ initialized: true, running: false, stopped: { by: 'ann', why: 'stocktaking' } },
    });
    expect(await cron('start', JOB)).toMatchObject({ code: 0, text: `${JOB} is started.\n` });
    expect(await job()).toMatchObject({ running: true });
  });

  it('triggers a job through the API', async () => {
    const { code, out } = await cron('trigger', JOB);
    expect(code, out).toBe(0);
    const [, runId] = /^process_user_data began: (\S+)\n$/.exec(out) ?? [];
    expect(await RunModel.findById(runId).lean()).toMatchObject({ trigger: 'manual' });
  });

  it('tells what is wrong, and ends with 1', async () => {
    const [nearest, unnamed] = await Promise.all([
      cron('trigger', 'process_user_dat'),
      cron('stop'),
    ]);
    expect(nearest).toMatchObject({ code: 1, err: expect.stringContaining(`mean ${JOB}?`) });
    expect(unnamed).toMatchObject({ code: 1, err: expect.stringContaining('--all') });
  });

  it('previews a job, and rehearses the clock changes of all', async () => {
    await api
      .post('/api/cron-manager', 'admin')
      .send({ action: 'update', jobName: JOB, expression: '30 2 * * *', timezone: 'Europe/Berlin' })
      .expect(200);
    const [preview, rehearsal] = await Promise.all([
      cron('preview', JOB, '--count', '2'),
      cron('rehearse'),
    ]);
    expect(preview.out).toMatch(
      /^process_user_data: 30 2 \* \* \* \(Europe\/Berlin\)\n( {2}\S+Z {2}\S+T02:30:00\+0[12]:00\n){2} {2}\d{4}-/,
    );
    const [, ofJob = '', others = ''] =
      /^process_user_data: (.*?)\n(publish_due_posts: .*)$/ms.exec(rehearsal.out) ?? [];
    expect(ofJob).toContain('fires at 03:00:00');
    expect(others).toContain('publish_due_posts: * * * * * (UTC)\n  fires as on any other day');
  });

  it('backfills a range', async () => {
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const at = (hoursAgo: number) => new Date(hour - hoursAgo * 3_600_000).toISOString();
    const range = ['--from', at(3), '--to', at(1)];
    expect((await cron('backfill', JOB, ...range)).out).toBe(
      '3 slots begin within a minute; 0 had begun before.\n',
    );
    expect(await SlotModel.countDocuments({ state: 'waiting', inTurn: true })).toBe(3);
  });
});

it('npm run token makes a token that is shown once, lists it, and ends it', async () => {
  const flags = ['--name', 'nightly', '--scope', 'read', 'cron', '--days', '7'];
  const made = await token('create', 'Admin@example.com', ...flags);
  const [, secret = '', tokenId = ''] =
    /^(hwt_[\w-]{43})\nGood until \S+Z\. To end it: npm run token -- revoke (\S+)\n$/.exec(
      made.out,
    ) ?? [];
  const use = () =>
    request(api.app).get('/api/cron-manager').set('Authorization', `Bearer ${secret}`);
  await use().expect(200);
  const listed = await token('list');
  expect(listed.out).toMatch(
    new RegExp(`^${tokenId}  nightly  …${secret.slice(-4)}  read,cron  good until \\S+Z\n$`),
  );
  expect(await token('revoke', tokenId)).toMatchObject({
    ...{ code: 0, out: 'The token nightly is revoked.\n' },
  });
  await use().expect(401);
  expect((await token('list')).out).toMatch(/ {2}revoked\n$/);
});
