import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ANSWERS_KEY, NOW_PATH } from '../api/queries.ts';
import type { LiveEvent, Overview } from '../api/shapes.ts';
import { createReader } from './readAgain.ts';

const COUNTS: LiveEvent = {
  ...{ event: 'counts', id: '1', redis: 'up' },
  ...{ queues: [], runs: [], workers: [] },
};
const OVERVIEW = {
  ...{ asOf: '2026-11-22T11:00:00.000Z', redis: 'up', situations: [], queues: [], workers: [] },
  ...{ runs: [], schedules: [] },
} satisfies Overview;
const SCHEDULE: Overview['schedules'][number] = {
  ...{ schedule: 'user-data-hourly', expression: '0 * * * *', timezone: 'UTC', next: null },
  ...{ overdue: null, heldUntil: null, hold: null, heldSince: null, kind: null, slots: [] },
};
const SCHEDULES: LiveEvent = { event: 'changed', id: '1', lists: ['schedules'] };

let queries: QueryClient;
let stop: AbortController;
let reader: ReturnType<typeof createReader>;

beforeEach(() => {
  vi.useFakeTimers();
  queries = new QueryClient();
  queries.mount();
  stop = new AbortController();
  reader = createReader(queries, stop.signal);
});
afterEach(() => {
  queries.clear();
  queries.unmount();
  vi.useRealTimers();
});

/** A view of a path that says how often it was read. */
async function view(path: string, everyMs: number) {
  const read = vi.fn(() => Promise.resolve(path));
  const options = { queryKey: [...ANSWERS_KEY, path], queryFn: read, meta: { everyMs } };
  new QueryObserver(queries, options).subscribe(() => {});
  await vi.advanceTimersByTimeAsync(0);
  read.mockClear();
  return read;
}

it('reads at once what an event is about, and once more when no further one has come', async () => {
  const schedules = await view('/app/schedules', 3_000);
  const failures = await view('/app/failures', 3_000);
  reader.readWhatMoved(SCHEDULES);
  await vi.advanceTimersByTimeAsync(0);
  expect(schedules).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(schedules).toHaveBeenCalledTimes(2);
  expect(failures).not.toHaveBeenCalled();
});

it('reads a view not much oftener than it would without the stream, but to the last event', async () => {
  const jobs = await view('/app/jobs?limit=50', 3_000);
  for (let second = 0; second < 12; second += 1) {
    reader.readWhatMoved(COUNTS);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(jobs.mock.calls.length).toBeGreaterThanOrEqual(3);
  expect(jobs.mock.calls.length).toBeLessThanOrEqual(6);
  const before = jobs.mock.calls.length;
  await vi.advanceTimersByTimeAsync(1_500);
  expect(jobs).toHaveBeenCalledTimes(before + 1);
});

it('shows the overview as it is told, and never asks for it while it is', async () => {
  const overview = await view(NOW_PATH, 1_000);
  const shown = () => queries.getQueryData<Overview>([...ANSWERS_KEY, NOW_PATH]);
  reader.readWhatMoved({ event: 'now', id: '1', now: { ...OVERVIEW, schedules: [SCHEDULE] } });
  const { schedules: _as, ...brief } = OVERVIEW;
  for (const redis of ['down', 'up'] as const) {
    reader.readWhatMoved(COUNTS);
    reader.readWhatMoved(SCHEDULES);
    reader.readWhatMoved({ event: 'now', id: '1', now: { ...brief, redis } });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(shown()).toEqual({ ...OVERVIEW, redis, schedules: [SCHEDULE] });
  }
  expect(overview).not.toHaveBeenCalled();
});

it('leaves what was read after what is told', () => {
  const { schedules: _as, asOf: _at, ...brief } = OVERVIEW;
  const tell = (asOf: string, redis: 'up' | 'down') =>
    reader.readWhatMoved({ event: 'now', id: '1', now: { ...brief, asOf, redis } });
  const redisOf = () => queries.getQueryData<Overview>([...ANSWERS_KEY, NOW_PATH])?.redis;
  queries.setQueryData<Overview>([...ANSWERS_KEY, NOW_PATH], OVERVIEW);
  tell('2026-11-22T10:59:59.000Z', 'down');
  expect(redisOf()).toBe('up');
  tell('2026-11-22T11:00:01.000Z', 'down');
  expect(redisOf()).toBe('down');
  // By another API, whose clock is behind.
  tell('2026-11-22T10:50:00.000Z', 'up');
  expect(redisOf()).toBe('up');
});

it('waits for its first answer where it was not told the schedules', async () => {
  const { schedules: _as, ...brief } = OVERVIEW;
  reader.readWhatMoved({ event: 'now', id: '1', now: brief });
  expect(queries.getQueryData([...ANSWERS_KEY, NOW_PATH])).toBeUndefined();
});

it('does not let an answer that was asked for before hide what was told since', async () => {
  let answer: (overview: Overview) => void = () => {};
  const options = {
    queryKey: [...ANSWERS_KEY, NOW_PATH],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      new Promise<Overview>((resolve, reject) => {
        answer = resolve;
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  };
  const observer = new QueryObserver(queries, options);
  observer.subscribe(() => {});
  reader.readWhatMoved({ event: 'now', id: '1', now: { ...OVERVIEW, redis: 'down' } });
  answer(OVERVIEW);
  await vi.advanceTimersByTimeAsync(0);
  expect(observer.getCurrentResult()).toMatchObject({ status: 'success', data: { redis: 'down' } });
});

it('reads nothing once it is over', async () => {
  const schedules = await view('/app/schedules', 3_000);
  reader.readWhatMoved(SCHEDULES);
  stop.abort();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(schedules).toHaveBeenCalledTimes(1);
});
