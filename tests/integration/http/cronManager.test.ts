import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { SchedulingModel } from '../../../server/models/system/SchedulingModel.ts';
import { SlotModel } from '../../../server/models/system/SlotModel.ts';
import { type Harness, startHarness } from './harness.ts';

const KEY = 'test-scheduler-key';
const PATH = '/api/cron-manager';
const JOB = 'process_user_data';

let api: Harness;
beforeAll(async () => {
  api = await startHarness({ CRON_MANAGER_API_KEY: KEY });
});
afterAll(() => api.stop());
afterEach(async () => {
  await Promise.all([RunModel.deleteMany({}), SlotModel.deleteMany({})]);
  await Promise.all([ScheduleModel.deleteMany({}), SchedulingModel.deleteMany({})]);
});

const status = () => api.get(`${PATH}?action=status&apiKey=${KEY}`);
const command = (body: object) => api.post(PATH).send({ apiKey: KEY, ...body });
const isRunning = async (name = JOB) => {
  const { body } = await status().expect(200);
  return body.cronJobs.find((job: { name: string }) => job.name === name).running;
};

describe('GET action=status', () => {
  it('tells of queues and jobs, with the key in the query, in a header, or with a token', async () => {
    const { body } = await status().expect(200);
    expect(body).toMatchObject({
      ...{ initialized: true, useQueues: true, redisAvailable: true, queueManagerReady: true },
      queueMetrics: {
        'user-data': { waiting: 0, active: 0, completed: 0, failed: 0, delayed: 0, total: 0 },
      },
    });
    expect(body.cronJobs).toContainEqual(expect.objectContaining({ name: JOB, running: true }));
    await api.get(`${PATH}?action=status`).set('x-api-key', KEY).expect(200);
    await api.get(`${PATH}?action=status`, 'admin').expect(200);
  });

  it('refuses a wrong key, none, and a viewer, in the form of this API', async () => {
    const wrong = await api.get(`${PATH}?action=status&apiKey=test-scheduler-kex`).expect(401);
    expect(wrong.body).toEqual({
      ...{
        success: false,
        code: 'UNAUTHENTICATED',
        error: expect.stringContaining('key is wrong'),
      },
    });
    expect((await api.get(PATH).expect(401)).body.success).toBe(false);
    expect((await api.get(PATH, 'viewer').expect(403)).body.code).toBe('FORBIDDEN');
  });

  it('lets no log line hold the key', async () => {
    await status().expect(200);
    await api.get(`${PATH}?action=nothing&apiKey=${KEY}`).expect(400);
    expect(JSON.stringify(api.lines)).not.toContain(KEY);
  });
});

describe('POST', () => {
  it('takes no key from the query', async () => {
    await api.post(`${PATH}?apiKey=${KEY}`).send({ action: 'initialize' }).expect(401);
  });

  it('triggers a job, and names the run', async () => {
    const { body } = await command({ action: 'trigger', jobName: JOB }).expect(200);
    expect(body).toEqual({
      ...{ success: true, action: 'trigger', jobName: JOB, runId: expect.any(String) },
    });
    expect(await RunModel.findById(body.runId).lean()).toMatchObject({ trigger: 'manual' });
  });

  it('knows no job by another name, but the nearest', async () => {
    const { body } = await command({ action: 'trigger', jobName: 'process_user_dat' }).expect(404);
    expect(body).toMatchObject({ success: false, code: 'NOT_FOUND' });
    expect(body.error).toContain(`Did you mean ${JOB}?`);
  });

  it('knows no other action', async () => {
    const { body } = await command({ action: 'explode' }).expect(400);
    expect(body).toMatchObject({ success: false, code: 'VALIDATION_FAILED' });
    expect(body.error).toContain('initialize');
    await command({ action: 'trigger' }).expect(400);
  });

  it('stops all until initialize, which leaves stopped what was stopped singly', async () => {
    const stopped = await command({ action: 'stop_all' }).expect(200);
    expect(stopped.body).toMatchObject({ success: true, action: 'stop_all' });
    expect((await status()).body.initialized).toBe(false);
    expect(await isRunning()).toBe(false);
    await command({ action: 'stop', jobName: JOB, note: 'stocktaking', by: 'ann' }).expect(200);
    const begun = await command({ action: 'initialize' }).expect(200);
    expect(begun.body).toMatchObject({ success: true, action: 'initialize' });
    const { body } = await status();
    expect(body.initialized).toBe(true);
    expect(body.cronJobs[0]).toMatchObject({
      ...{ running: false, stopped: { by: 'ann', why: 'stocktaking', until: null } },
    });
    await command({ action: 'initialize' }).expect(200);
    expect(await isRunning()).toBe(false);
    await command({ action: 'start', jobName: JOB }).expect(200);
    expect(await isRunning()).toBe(true);
    await command({ action: 'stop_all', note: 'a move', by: 'bob' }).expect(200);
    await command({ action: 'start_all', note: 'moved', by: 'eve' }).expect(200);
    expect(await isRunning()).toBe(true);
    const history = await api.get(`${PATH}?action=history&jobName=${JOB}&apiKey=${KEY}`);
    expect(history.body.changes.slice(0, 2)).toMatchObject([
      { action: 'start_all', by: 'eve', note: 'moved' },
      { action: 'stop_all', by: 'bob', note: 'a move' },
    ]);
  });

  it('owes no slot that fell into a stop of all, of whichever schedule', async () => {
    const anHourAgo = new Date(Date.now() - 3_600_000);
    const installed = { installedAt: anHourAgo, accountedUntil: anHourAgo, heldUntil: null };
    await ScheduleModel.create({ _id: 'http-job-1', ...installed });
    await command({ action: 'stop_all' }).expect(200);
    const stopped = await SchedulingModel.findById('all').lean();
    await command({ action: 'start_all' }).expect(200);
    const schedule = await ScheduleModel.findById('http-job-1').lean();
    expect(schedule?.accountedUntil.getTime()).toBeGreaterThanOrEqual(
      stopped?.stopped?.at.getTime() ?? Number.POSITIVE_INFINITY,
    );
  });

  it('stops a job until a time', async () => {
    const until = new Date(Date.now() + 60_000).toISOString();
    await command({ action: 'stop', jobName: JOB, until }).expect(200);
    expect(await isRunning()).toBe(false);
    await ScheduleModel.updateOne(
      { _id: 'user-data-hourly' },
      { $set: { 'stopped.until': new Date() } },
    );
    expect(await isRunning()).toBe(true);
  });

  it('changes a schedule, keeps what it was in its history, and refuses what is none', async () => {
    const zone = { expression: '30 2 * * *', timezone: 'America/New_York' };
    const { body } = await command({ action: 'update', jobName: JOB, ...zone }).expect(200);
    expect(body.job).toMatchObject({ schedule: '30 2 * * *', timezone: 'America/New_York' });
    const refused = await command({ action: 'update', jobName: JOB, expression: '61 * * * *' });
    expect(refused.status).toBe(400);
    await command({ action: 'update', jobName: JOB, expression: null }).expect(200);
    const history = await api
      .get(`${PATH}?action=history&jobName=${JOB}&apiKey=${KEY}`)
      .expect(200);
    expect(history.body.changes).toHaveLength(2);
    expect(history.body.changes[0]).toMatchObject({ action: 'update', by: 'api-key' });
    expect(history.body.changes[0].note).toContain('30 2 * * *');
  });

  it('previews the next times in both zones, and what clock changes do', async () => {
    await command({
      ...{ action: 'update', jobName: JOB, expression: '30 2 * * *', timezone: 'America/New_York' },
    }).expect(200);
    const { body } = await api
      .get(`${PATH}?action=preview&jobName=${JOB}&count=3&apiKey=${KEY}`)
      .expect(200);
    expect(body.times).toHaveLength(3);
    expect(body.times[0].local).toMatch(/T02:30:00-0[45]:00$/);
    expect(body.clockChanges.join(' ')).toContain('What is due at 02:30:00 fires at 03:00:00.');
  });

  it('backfills a range once, and refuses one that lies ahead', async () => {
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const range = {
      from: new Date(hour - 3 * 3_600_000).toISOString(),
      to: new Date(hour - 3_600_000).toISOString(),
    };
    const first = await command({ action: 'backfill', jobName: JOB, ...range }).expect(200);
    expect(first.body).toMatchObject({ slots: 3, already: 0 });
    const again = await command({ action: 'backfill', jobName: JOB, ...range }).expect(200);
    expect(again.body).toMatchObject({ slots: 0, already: 3 });
    expect(await SlotModel.countDocuments({ state: 'waiting', inTurn: true })).toBe(3);
    const ahead = { ...range, to: new Date(hour + 2 * 3_600_000).toISOString() };
    await command({ action: 'backfill', jobName: JOB, ...ahead }).expect(400);
    await command({ action: 'backfill', jobName: JOB, ...range, overlap: 'skip' }).expect(400);
  });
});

describe('while Redis is away', () => {
  const AWAY = {
    'refuses connections': () => api.redis.cut(),
    'gives no answer': async () => api.redis.freeze(),
  };

  it.each(Object.entries(AWAY))(
    'and %s: tells the status, steers, and refuses what needs the queue',
    async (_, take) => {
      await take();
      try {
        let began = performance.now();
        const { body } = await status().expect(200);
        expect(performance.now() - began).toBeLessThan(1_000);
        expect(body).toMatchObject({ redisAvailable: false, queueManagerReady: false });
        expect(body.cronJobs).toContainEqual(expect.objectContaining({ name: JOB }));
        for (const action of ['initialize', 'trigger']) {
          began = performance.now();
          const refused = await command({ action, jobName: JOB }).expect(503);
          expect(performance.now() - began).toBeLessThan(1_000);
          expect(refused.body).toEqual({
            success: false,
            code: 'REDIS_UNAVAILABLE',
            error: 'Redis is required for job scheduling. Please ensure Redis is running.',
          });
        }
        await command({ action: 'stop_all' }).expect(200);
        expect((await status()).body.initialized).toBe(false);
      } finally {
        await api.redis.restore();
        await vi.waitFor(() => api.queue.pendingCounts(), 10_000);
      }
    },
  );
});
