import { describe, expect, it } from 'vitest';
import type { RunView } from '../runs/balance.ts';
import { type Facts, situationsOf } from './situation.ts';

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
  workers: [{ worker: 'host:1:x', version: '0.1.0', failedQueues: [] }],
  silentWorkers: [],
  clockSetBack: null,
  schedules: [schedule],
  runs: [run],
  lastFailure: null,
};

const open = { status: 'running', finishedAt: null, completed: 40, queued: 60 } as const;
const pause = { at: minutesAgo(5), by: 'admin@example.com', note: 'provider down' };

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
      { schedules: [{ ...schedule, heldUntil: next, hold: { by: 'ada', why: 'migration' } }] },
      { code: 'schedule-stopped', by: 'ada', note: 'migration' },
    ],
    [
      'a run warns of its pace',
      { runs: [{ ...run, ...open, warnings: ['It ends after the next slot.'] }] },
      { code: 'run-warned', note: 'It ends after the next slot.' },
    ],
    [
      'a worker fell silent',
      { silentWorkers: ['host:9:x'] },
      { code: 'worker-silent', subject: 'host:9:x' },
    ],
    [
      'a worker could not register a queue',
      {
        queues: [{ ...queue, status: 'degraded', reasons: ['could not register'] }],
        workers: [
          {
            worker: 'host:1:x',
            version: '0.1.0',
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
        workers: ['0.1.0', '0.2.0'].map((version) => ({
          worker: version,
          version,
          failedQueues: [],
        })),
      },
      { code: 'versions-mixed', note: '0.1.0, 0.2.0' },
    ],
    [
      'some jobs stand failed',
      {
        queues: [{ ...queue, failed: 3 }],
        lastFailure: { code: 'DEADLINE_EXCEEDED', at: minutesAgo(1) },
      },
      { code: 'jobs-failed', affected: 3, note: 'DEADLINE_EXCEEDED', since: minutesAgo(1) },
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
      silentWorkers: ['host:9:x'],
    });
    expect(all.map(({ code }) => code)).toEqual(['queue-paused', 'worker-silent', 'jobs-failed']);
  });

  it('forgets a stop that is over, and a slot that became due only just now', () => {
    const over = { ...schedule, heldUntil: minutesAgo(1), overdue: minutesAgo(1) };
    expect(situationsOf({ ...well, schedules: [over] })[0]?.code).toBe('all-well');
  });
});
