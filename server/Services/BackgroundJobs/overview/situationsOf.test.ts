import { describe, expect, it } from 'vitest';
import type { RunView } from '../runs/balance.ts';
import type { Facts } from './facts.ts';
import { situationsOf } from './situationsOf.ts';

const now = new Date('2026-11-22T11:30:00Z');
const next = new Date('2026-11-22T12:00:00Z');

function minutesAgo(minutes: number): Date {
  return new Date(now.getTime() - minutes * 60_000);
}

const queue: Facts['queues'][number] = {
  queue: 'user-data',
  status: 'ok',
  reasons: [],
  waiting: 0,
  delayed: 0,
  oldestWaitingMs: null,
  workers: 2,
  failed: 0,
  lastCompletedAt: minutesAgo(28),
  pause: null,
};

const schedule: Facts['schedules'][number] = {
  schedule: 'user-data-hourly',
  next,
  overdue: null,
  heldUntil: null,
  hold: null,
  heldSince: null,
  lastSlot: { slot: new Date('2026-11-22T11:00:00Z'), state: 'began' },
};

const run: RunView = {
  runId: 'user-data-hourly-20261122T110000Z',
  runSeq: 7,
  kind: 'user-data',
  schedule: 'user-data-hourly',
  slot: new Date('2026-11-22T11:00:00Z'),
  trigger: 'schedule',
  mode: 'queue',
  input: {},
  asOf: '2026-11-22',
  status: 'completed',
  enumerated: 100,
  duplicates: 0,
  queued: 0,
  active: 0,
  delayed: 0,
  completed: 100,
  failed: 0,
  cancelled: 0,
  balanced: true,
  warnings: [],
  startedAt: minutesAgo(30),
  finishedAt: minutesAgo(28),
};

const well: Facts = {
  now,
  redis: 'up',
  queues: [queue],
  workers: [{ worker: 'host:1:x', version: '0.1.0', startedAt: minutesAgo(60), failedQueues: [] }],
  silentWorkers: [],
  clockSetBack: null,
  schedules: [schedule],
  runs: [run],
  lastFailure: null,
  dismissed: 0,
  surroundings: {
    ...{ destinations: [], refused: null, causes: [], nothingDone: [], imports: [] },
  },
};

const open = { status: 'running', finishedAt: null, completed: 40, queued: 60 } as const;
const silent = { worker: 'host:9:x', lastSeenAt: minutesAgo(1) };
const pause = { at: minutesAgo(5), by: 'admin@example.com', note: 'provider down' };

function around(change: Partial<Facts['surroundings']>): Partial<Facts> {
  return { surroundings: { ...well.surroundings, ...change } };
}

describe('the situation', () => {
  it.each<[string, Partial<Facts>, Record<string, unknown>]>([
    [
      'all is well after a run',
      {},
      { code: 'all-well', level: 'well', since: run.finishedAt, affected: 100, of: 100, next },
    ],
    ['all is well before the first run', { runs: [] }, { code: 'all-well', subject: null }],
    [
      'a run goes on',
      { runs: [{ ...run, ...open }] },
      { code: 'run-goes-on', level: 'well', affected: 40, of: 100 },
    ],
    [
      'Redis is away, since at the latest the last completion',
      { redis: 'down', queues: [{ ...queue, waiting: null, status: 'down' }] },
      { code: 'redis-away', level: 'down', since: queue.lastCompletedAt },
    ],
    [
      'no worker takes a queue’s jobs',
      {
        queues: [{ ...queue, workers: 0, waiting: 3, delayed: 1, status: 'down' }],
        workers: [],
      },
      { code: 'nobody-works', level: 'down', subject: 'user-data', affected: 4 },
    ],
    [
      'workers are there and take nothing',
      { queues: [{ ...queue, waiting: 9, oldestWaitingMs: 120_000, status: 'down' }] },
      { code: 'stands-still', level: 'down', since: minutesAgo(2), affected: 9 },
    ],
    [
      'jobs are handed back again and again',
      { queues: [{ ...queue, waiting: 9, status: 'degraded', reasons: ['in a circle'] }] },
      { code: 'goes-in-circles', level: 'warning', note: 'in a circle' },
    ],
    [
      'one queue cannot be looked at',
      { queues: [{ ...queue, waiting: null, status: 'down', reasons: ['WRONGTYPE'] }] },
      { code: 'queue-unseen', note: 'WRONGTYPE' },
    ],
    [
      'a queue is paused',
      { queues: [{ ...queue, waiting: 412, status: 'degraded', pause }] },
      {
        code: 'queue-paused',
        level: 'warning',
        since: pause.at,
        by: 'admin@example.com',
        note: 'provider down',
        affected: 412,
      },
    ],
    [
      'every job of the newest run fails',
      {
        runs: [{ ...run, completed: 0, failed: 100 }],
        queues: [{ ...queue, failed: 100 }],
        lastFailure: { code: 'JOB_FAILED', at: minutesAgo(29) },
      },
      { code: 'run-failing', level: 'down', affected: 100, of: 100, note: 'JOB_FAILED' },
    ],
    [
      'half of them fail',
      { runs: [{ ...run, completed: 50, failed: 50 }] },
      { code: 'run-failing', level: 'warning', affected: 50, of: 100 },
    ],
    [
      'a ledger does not balance',
      { runs: [{ ...run, balanced: false }] },
      { code: 'run-unbalanced', level: 'warning', subject: run.runId },
    ],
    [
      'a slot was due and nobody began it',
      { schedules: [{ ...schedule, overdue: minutesAgo(3) }] },
      { code: 'schedule-silent', level: 'down', since: minutesAgo(3) },
    ],
    [
      'a schedule is stopped',
      {
        schedules: [
          {
            ...{ ...schedule, heldUntil: next, heldSince: minutesAgo(9) },
            hold: { by: 'ada', why: 'migration' },
          },
        ],
      },
      { code: 'schedule-stopped', by: 'ada', note: 'migration', since: minutesAgo(9) },
    ],
    [
      'a run warns of its pace',
      { runs: [{ ...run, ...open, warnings: ['It ends after the next slot.'] }] },
      { code: 'run-warned', note: 'It ends after the next slot.' },
    ],
    [
      'a worker fell silent',
      { silentWorkers: [silent] },
      { code: 'worker-silent', subject: 'host:9:x', since: minutesAgo(1) },
    ],
    [
      'a worker could not register a queue',
      {
        queues: [{ ...queue, status: 'degraded', reasons: ['could not register'] }],
        workers: [
          {
            worker: 'host:1:x',
            version: '0.1.0',
            startedAt: minutesAgo(60),
            failedQueues: [{ queue: 'user-data', reason: 'no schema' }],
          },
        ],
      },
      { code: 'worker-unfit', note: 'no schema' },
    ],
    ['the clock was set back', { clockSetBack: 'It was.' }, { code: 'clock-set-back' }],
    [
      'the last slot was skipped',
      { schedules: [{ ...schedule, lastSlot: { slot: next, state: 'skipped' } }] },
      { code: 'slot-missed', level: 'notice', note: 'skipped' },
    ],
    [
      'two versions are at work',
      {
        workers: ['0.1.0', '0.2.0'].map((version, place) => ({
          worker: version,
          version,
          startedAt: minutesAgo(2 - place),
          failedQueues: [],
        })),
      },
      { code: 'versions-mixed', note: '0.1.0, 0.2.0', since: minutesAgo(1) },
    ],
    [
      'some jobs stand failed',
      {
        queues: [{ ...queue, failed: 3 }],
        lastFailure: { code: 'DEADLINE_EXCEEDED', at: minutesAgo(1) },
      },
      { code: 'jobs-failed', affected: 3, note: 'DEADLINE_EXCEEDED', since: minutesAgo(1) },
    ],
    [
      'WhatsApp refuses the token',
      around({ refused: { waiting: 412, since: minutesAgo(50), reason: '190: expired' } }),
      {
        ...{ code: 'provider-refuses', level: 'warning', subject: 'WhatsApp' },
        ...{ affected: 412, since: minutesAgo(50), note: '190: expired' },
      },
    ],
    [
      'failures of one cause rise',
      around({ causes: [{ code: 'JOB_FAILED', recent: 9, before: 4, since: minutesAgo(8) }] }),
      { code: 'failures-rising', subject: 'JOB_FAILED', affected: 9, of: 13, since: minutesAgo(8) },
    ],
    [
      'a host is down and calls to it wait',
      around({
        destinations: [
          { destination: 'api.example.com', state: 'down', since: minutesAgo(4), held: 7 },
        ],
      }),
      { code: 'destination-held', subject: 'api.example.com', affected: 7, since: minutesAgo(4) },
    ],
    [
      'the last slot did nothing',
      around({ nothingDone: [{ schedule: 'user-data-hourly', slot: minutesAgo(30) }] }),
      { code: 'nothing-done', subject: 'user-data-hourly', since: minutesAgo(30) },
    ],
    [
      'an import has not ended',
      around({ imports: [{ source: 'sample', startedAt: minutesAgo(3) }] }),
      { code: 'import-unfinished', level: 'notice', since: minutesAgo(3) },
    ],
  ])('%s', (_what, change, expected) => {
    const [worst] = situationsOf({ ...well, ...change });
    expect(worst).toMatchObject(expected);
  });

  it('says one thing of Redis, not the same of each queue', () => {
    const away = { ...queue, waiting: null, status: 'down', reasons: ['Redis is away'] } as const;
    const all = situationsOf({ ...well, redis: 'down', queues: [away, { ...away, queue: 'x' }] });
    expect(all.map(({ code }) => code)).toEqual(['redis-away']);
  });

  it('puts the worst first and loses nothing else', () => {
    const all = situationsOf({
      ...well,
      queues: [{ ...queue, failed: 3, pause, status: 'degraded' }],
      silentWorkers: [silent],
    });
    expect(all.map(({ code }) => code)).toEqual(['queue-paused', 'worker-silent', 'jobs-failed']);
  });

  it.each([
    ['few', { recent: 4, before: 0 }],
    ['hardly more than before', { recent: 10, before: 5 }],
  ])('says nothing of a cause whose failures are %s', (_what, counts) => {
    const causes = [{ code: 'JOB_FAILED', since: minutesAgo(8), ...counts }];
    expect(situationsOf({ ...well, ...around({ causes }) })[0]?.code).toBe('all-well');
  });

  it.each([
    [2, ['jobs-failed']],
    [3, ['all-well']],
  ])('leaves out failures that were set aside: %i of three', (dismissed, codes) => {
    const queues = [{ ...queue, failed: 3 }];
    const all = situationsOf({ ...well, queues, dismissed });
    expect(all.map(({ code }) => code)).toEqual(codes);
  });

  it('says of a run that fails nothing about its cause rising', () => {
    const causes = [{ code: 'JOB_FAILED', recent: 100, before: 0, since: minutesAgo(3) }];
    const runs = [{ ...run, completed: 0, failed: 100 }];
    const all = situationsOf({ ...well, ...around({ causes }), runs });
    expect(all.map(({ code }) => code)).toEqual(['run-failing']);
  });

  it('forgets a stop that is over, and a slot that became due only just now', () => {
    const over = { ...schedule, heldUntil: minutesAgo(1), overdue: minutesAgo(1) };
    expect(situationsOf({ ...well, schedules: [over] })[0]?.code).toBe('all-well');
  });
});
