import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { SlotModel } from '../../../server/models/system/SlotModel.ts';
import { ensureSchedule } from '../../../server/Services/BackgroundJobs/scheduling/schedule.ts';
import { startAll, stopAll } from '../../../server/Services/BackgroundJobs/scheduling/stops.ts';
import { type Harness, startHarness } from './harness.ts';
import { makeJob, makeRun } from './records.ts';

const SCHEDULE = 'user-data-hourly';
const RUN = `${SCHEDULE}-20261122T110000Z`;
const slot = new Date('2026-11-22T11:00:00Z');

let api: Harness;
let jobs: string[];

beforeAll(async () => {
  api = await startHarness();
  const { '00001': one = '', '00002': two = '', '00003': three = '' } = api.userIds;
  const finished = { status: 'completed', finishedAt: new Date('2026-11-22T11:02:00Z') } as const;
  const none = { duplicates: 0, queued: 0, active: 0, delayed: 0, cancelled: 0 };
  const sealed = { ...none, completed: 1, failed: 2 };
  await makeRun({ _id: RUN, schedule: SCHEDULE, slot, ...finished, enumerated: 3, sealed });
  const late = { code: 'DEADLINE_EXCEEDED', message: 'The work took longer than 30 s.' };
  jobs = [
    await makeJob(RUN, one, { error: late }),
    await makeJob(RUN, two, { key: 'invoice-7', keyHeld: 'invoice-7' }),
    await makeJob(RUN, three, { status: 'completed', error: null }),
  ];
  await ensureSchedule(SCHEDULE);
  const timetable = { expression: '0 * * * *', timezone: 'UTC' };
  await ScheduleModel.updateOne({ _id: SCHEDULE }, { $set: timetable });
  // A schedule that is switched off: no scheduler runs it.
  await ensureSchedule('weekly-email');
  await SlotModel.create({
    _id: `${SCHEDULE}@${slot.toISOString()}`,
    ...{ schedule: SCHEDULE, slot, state: 'began', trigger: 'schedule', inTurn: false },
    ...{ runId: RUN, recordedAt: slot, expiresAt: new Date(Date.now() + 86_400_000) },
  });
});
afterAll(() => api.stop());

async function found(search: string): Promise<string[]> {
  const { body } = await api.get(`/app/jobs?${search}`, 'viewer').expect(200);
  return body.items.map(({ jobId }: { jobId: string }) => jobId).sort();
}

describe('a search', () => {
  it.each<[string, number[]]>([
    ['', [0, 1, 2]],
    ['status=failed', [0, 1]],
    ['error=DEADLINE_EXCEEDED', [0]],
    ['user=00002', [1]],
    ['user=00002&status=completed', []],
    ['user=no-such-user', []],
    [`run=${RUN}&status=completed`, [2]],
    ['key=invoice-7', [1]],
    ['kind=user-data&queue=user-data&status=failed', [0, 1]],
    ['kind=email', []],
    ['id=00003', [2]],
    [`id=${RUN}`, [0, 1, 2]],
    ['id=nothing-of-that-name', []],
  ])('by %s', async (search, places) => {
    expect(await found(search)).toEqual(places.map((place) => jobs[place]).sort());
  });

  it('finds a job by its id, and goes on page by page', async () => {
    expect(await found(`id=${jobs[1]}`)).toEqual([jobs[1]]);
    const first = await api.get('/app/jobs?limit=2', 'viewer').expect(200);
    const rest = await found(`limit=2&cursor=${first.body.nextCursor}`);
    expect(first.body.items).toHaveLength(2);
    expect(rest).toHaveLength(1);
  });
});

it('groups failures by cause, of all runs or of one', async () => {
  const { body } = await api.get('/app/failures', 'viewer').expect(200);
  expect(body).toMatchObject({ looked: 2, more: false });
  expect(body.items.map(({ code }: { code: string }) => code).sort()).toEqual([
    'DEADLINE_EXCEEDED',
    'JOB_FAILED',
  ]);
  const other = await api.get('/app/failures?runId=m-other', 'viewer').expect(200);
  expect(other.body.items).toEqual([]);
});

it('sets failures of a cause aside with a note, by an admin alone, and counts them again', async () => {
  const code = 'DEADLINE_EXCEEDED';
  await api.post('/app/failures/dismiss', 'viewer').send({ code }).expect(403);
  const { body } = await api
    .post('/app/failures/dismiss', 'admin')
    .send({ code, note: 'known' })
    .expect(200);
  expect(body).toEqual({ code, jobs: 1 });
  const dismissed = async () => {
    const { body: groups } = await api.get('/app/failures', 'viewer').expect(200);
    return Object.fromEntries(
      groups.items.map((group: { code: string; dismissed: unknown }) => [
        group.code,
        group.dismissed,
      ]),
    );
  };
  expect(await dismissed()).toEqual({
    [code]: { at: expect.any(String), by: 'admin@example.com', note: 'known' },
    JOB_FAILED: null,
  });
  await api.post('/app/failures/recall', 'viewer').send({ code }).expect(403);
  const recalled = await api.post('/app/failures/recall', 'admin').send({ code }).expect(200);
  expect(recalled.body).toEqual({ code, recalled: true });
  expect((await dismissed())[code]).toBeNull();
});

it('shows no schedule of a document, of which there may be thousands', async () => {
  const now = new Date();
  await ScheduleModel.create({
    ...{ _id: 'http-job-01', expression: '0 5 * * *', timezone: 'UTC' },
    ...{ installedAt: now, accountedUntil: now },
  });
  for (const path of ['/app/schedules', '/app/now']) {
    const { body } = await api.get(path, 'viewer').expect(200);
    const shown: { schedule: string }[] = body.items ?? body.schedules;
    expect(shown.map(({ schedule }) => schedule)).toEqual([SCHEDULE]);
  }
  await ScheduleModel.deleteOne({ _id: 'http-job-01' });
});

describe('a schedule', () => {
  const path = `/app/schedules/${SCHEDULE}`;

  it('shows when it is due, and what became of its slots', async () => {
    const { body } = await api.get('/app/schedules', 'viewer').expect(200);
    expect(body.items).toEqual([
      expect.objectContaining({
        ...{ schedule: SCHEDULE, expression: '0 * * * *', timezone: 'UTC', kind: 'user-data' },
        ...{ heldUntil: null, overdue: null },
        next: expect.stringMatching(/T\d\d:00:00\.000Z$/),
        slots: [
          expect.objectContaining({
            ...{ state: 'began', runId: RUN },
            durationMs: 120_000,
            counts: expect.objectContaining({ completed: 1, failed: 2 }),
          }),
        ],
      }),
    ]);
    const week = await api.get(`${path}/preview`, 'viewer').expect(200);
    expect(week.body.slots).toHaveLength(7 * 24);
  });

  it('is stopped with a note and started again, by an admin alone', async () => {
    await api.post(`${path}/stop`, 'viewer').expect(403);
    const stopped = await api.post(`${path}/stop`, 'admin').send({ note: 'a migration' });
    expect(stopped.body).toMatchObject({
      heldUntil: '9999-12-31T00:00:00.000Z',
      hold: { by: 'admin@example.com', why: 'a migration' },
    });
    expect((await ScheduleModel.findById(SCHEDULE).lean())?.hold?.why).toBe('a migration');
    await vi.waitFor(async () => {
      const { body } = await api.get('/app/now', 'viewer').expect(200);
      expect(body.situations).toContainEqual(
        expect.objectContaining({ code: 'schedule-stopped', note: 'a migration' }),
      );
    }, 5_000);
    await api.post(`${path}/start`, 'viewer').expect(403);
    const started = await api.post(`${path}/start`, 'admin').expect(200);
    expect(started.body).toMatchObject({ heldUntil: null, hold: null });
  });

  it('is shown as stopped while all are, by whom and why', async () => {
    await stopAll({ by: 'ann', why: 'stocktaking' });
    const { body } = await api.get('/app/schedules', 'viewer').expect(200);
    expect(body.items).toEqual([
      expect.objectContaining({
        heldUntil: '9999-12-31T00:00:00.000Z',
        hold: { by: 'ann', why: 'stocktaking' },
      }),
    ]);
    await startAll({ by: 'ann', why: 'it is done' });
    const { body: started } = await api.get('/app/schedules', 'viewer').expect(200);
    expect(started.items).toEqual([expect.objectContaining({ heldUntil: null, hold: null })]);
  });

  it('that is not there is 404', async () => {
    await api.post('/app/schedules/nope/stop', 'admin').expect(404);
    await api.post('/app/schedules/nope/start', 'admin').expect(404);
    await api.get('/app/schedules/nope/preview', 'viewer').expect(404);
    expect(await ScheduleModel.findById('nope')).toBeNull();
  });
});

describe('the overview', () => {
  it('says that nobody works where no worker is alive, and goes on without Redis', async () => {
    const { body } = await api.get('/app/now', 'viewer').expect(200);
    expect(body.situations[0]).toMatchObject({ code: 'nobody-works', subject: 'user-data' });
    expect(body.runs[0]).toMatchObject({ runId: RUN, completed: 1, failed: 2, balanced: true });
    await api.redis.cut();
    await vi.waitFor(async () => {
      const away = await api.get('/app/now', 'viewer').expect(200);
      expect(away.body.situations[0]).toMatchObject({ code: 'redis-away', level: 'down' });
    }, 10_000);
    await api.redis.restore();
  });

  it('is not for the role user', async () => {
    for (const path of ['/app/now', '/app/jobs', '/app/failures', '/app/schedules']) {
      await api.get(path).expect(401);
      await api.get(path, 'user').expect(403);
    }
  });
});
