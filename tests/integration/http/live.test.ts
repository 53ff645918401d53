import mongoose from 'mongoose';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { USER_DATA } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { flushTallies, tally } from '../../../server/Services/BackgroundJobs/numbers/tally.ts';
import { ensureSchedule } from '../../../server/Services/BackgroundJobs/scheduling/schedule.ts';
import { type ServerSentEvent, useStreams } from './eventStreams.ts';
import { makeJob, makeRun } from './records.ts';

const WATCHERS = 50;
const streams = useStreams({ MAX_EVENT_STREAMS: String(WATCHERS) });
const LIVE = '/app/live';
const SCHEDULE = 'user-data-hourly';
const LOOKS = 3;
const userId = '0'.repeat(24);

/** The next event that is as asked; those before it are let go by. */
async function next(
  events: AsyncGenerator<ServerSentEvent, void>,
  isIt: (event: ServerSentEvent) => boolean,
): Promise<ServerSentEvent> {
  for (;;) {
    const { value } = await events.next();
    if (value === undefined) throw new Error('The stream has ended.');
    if (isIt(value)) return value;
  }
}

const isChanged = (list: string) => (each: ServerSentEvent) =>
  each.event === 'changed' && (each.data.lists as string[]).includes(list);

it('tells at once how all stands, and again when it has changed', async () => {
  const { answer, events } = await streams.follow(LIVE);
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  const first = await next(events, () => true);
  expect(first).toMatchObject({ event: 'counts', data: { event: 'counts', id: first.id } });
  expect(first.data).toMatchObject({
    redis: 'up',
    queues: [
      {
        queue: USER_DATA,
        ...{ waiting: 0, active: 0, delayed: 0, scheduled: 0 },
        ...{ failed: expect.any(Number), completedLastMinute: 0, paused: expect.any(Boolean) },
      },
    ],
    runs: [],
    workers: [],
  });
  await makeJob('m-live', userId, { status: 'scheduled', finishedAt: null });
  await makeRun({ _id: 'm-live', enumerated: 1, startedAt: new Date() });
  const changed = await next(events, isChanged('runs'));
  expect(changed.data.lists).toEqual(['runs']);
  const { data } = await next(events, ({ data: { runs } }) => (runs as unknown[])?.length > 0);
  expect(data).toMatchObject({
    queues: [{ scheduled: 1 }],
    runs: [{ runId: 'm-live', enumerated: 1, delayed: 1, balanced: true }],
  });
});

it('tells which lists have changed', async () => {
  const { events } = await streams.follow(LIVE);
  await events.next();
  await streams.api().post(`/app/queues/${USER_DATA}/pause`, 'admin').send({}).expect(200);
  await next(events, isChanged('queues'));
  tally({ queue: USER_DATA, kind: 'user-data' }, { failed: 2 });
  await flushTallies();
  await next(events, isChanged('failures'));
  const { data } = await next(events, ({ event }) => event === 'counts');
  expect(data).toMatchObject({ queues: [{ paused: true, failed: 2 }] });
});

it('begins with what changed since the last event that a client has had', async () => {
  const { events, leave } = await streams.follow(LIVE);
  const { id: lastEventId } = await next(events, ({ event }) => event === 'counts');
  leave();
  tally({ queue: USER_DATA, kind: 'user-data' }, { failed: 1 });
  await flushTallies();
  const again = await streams.follow(LIVE, { lastEventId });
  expect((await next(again.events, isChanged('failures'))).data.lists).toEqual(['failures']);
  const other = await streams.follow(LIVE, { lastEventId: 'another-process' });
  expect(await next(other.events, () => true)).toMatchObject({
    data: { lists: ['runs', 'schedules', 'queues', 'failures'] },
  });
});

it('tells what is the matter, and its schedules again when they have changed alone', async () => {
  await ensureSchedule(SCHEDULE);
  const isNow = ({ event }: ServerSentEvent) => event === 'now';
  const { events } = await streams.follow(LIVE);
  const { data: first } = await next(events, isNow);
  const { body } = await streams.api().get('/app/now', 'viewer').expect(200);
  expect(Object.keys(first.now as object).sort()).toEqual(Object.keys(body).sort());
  await streams.api().post(`/app/queues/${USER_DATA}/pause`, 'admin').send({}).expect(200);
  const paused = await next(
    events,
    (each) => isNow(each) && JSON.stringify(each).includes('paused'),
  );
  expect(paused.data.now).not.toHaveProperty('schedules');
  const timetable = { expression: '0 * * * *', timezone: 'UTC' };
  await ScheduleModel.updateOne({ _id: SCHEDULE }, { $set: timetable });
  const again = await next(events, ({ data }) => 'schedules' in ((data.now ?? {}) as object));
  expect(again.data.now).toMatchObject({ schedules: [{ schedule: SCHEDULE }] });
});

/** So many streams at once, when those of the test before have left. */
function openAll(count: number) {
  return vi.waitFor(async () => {
    const all = await Promise.all(Array.from({ length: count }, () => streams.follow(LIVE)));
    const refused = all.filter(({ answer }) => answer.status !== 200);
    if (refused.length > 0) for (const { leave } of all) leave();
    expect(refused).toEqual([]);
    return all;
  }, 5_000);
}

/** The operations to MongoDB for each look at the stores, while so many watch. */
async function operationsALook(watchers: number): Promise<number> {
  const watching = await openAll(watchers);
  const told = watching.map(({ events }) => next(events, ({ event }) => event === 'now'));
  expect(new Set((await Promise.all(told)).map((each) => JSON.stringify(each))).size).toBe(1);
  let operations = 0;
  const looks: number[] = [];
  mongoose.set('debug', (collection: string, _method: string, filter: object) => {
    operations += 1;
    const isLook = collection === ScheduleModel.collection.name && Object.keys(filter).length === 0;
    if (isLook) looks.push(operations);
  });
  onTestFinished(() => void mongoose.set('debug', false));
  await vi.waitFor(() => expect(looks.length).toBeGreaterThan(LOOKS), 10_000);
  mongoose.set('debug', false);
  for (const { leave } of watching) leave();
  return ((looks[LOOKS] ?? 0) - (looks[0] ?? 0)) / LOOKS;
}

it('costs MongoDB as much with fifty who watch as with one', async () => {
  const ofOne = await operationsALook(1);
  expect(ofOne).toBeGreaterThan(5);
  // What is read each few seconds falls into one of both, or into both.
  expect(await operationsALook(WATCHERS)).toBeLessThanOrEqual(1.5 * ofOne);
}, 30_000);

it('says that Redis is away, and goes on', async () => {
  const { events } = await streams.follow(LIVE);
  await events.next();
  await streams.api().redis.cut();
  const away = await next(events, ({ data: { redis } }) => redis === 'down');
  expect(away.data).toMatchObject({ queues: [{ waiting: null, completedLastMinute: null }] });
  await streams.api().redis.restore();
  await next(events, ({ data: { redis } }) => redis === 'up');
});

it('refuses more streams than the process may serve, and serves again when some have left', async () => {
  const open = await openAll(WATCHERS);
  const { answer } = await streams.follow('/app/job-status/runs/m-live/events');
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await answer.json()).toMatchObject({ error: { code: 'TOO_MANY_STREAMS' } });
  open[0]?.leave();
  await vi.waitFor(async () => {
    expect((await streams.follow(LIVE)).answer.status).toBe(200);
  }, 5_000);
});

it('ends in order when the process begins to stop', async () => {
  const { events } = await streams.follow(LIVE);
  await events.next();
  streams.api().beginToStop();
  await vi.waitFor(async () => expect((await events.next()).done).toBe(true), 2_000);
});
