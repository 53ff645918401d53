import { describe, expect, it } from 'vitest';
import { judgeAll, judgeQueue, type QueueFacts } from './verdict.ts';

const NUMBERS = {
  ...{ waiting: 0, active: 0, delayed: 0, paused: false },
  ...{ oldestWaitingMs: null, locked: 0 },
};
/** Two long jobs at work, and another that waits for them. */
const BUSY = { ...NUMBERS, waiting: 1, active: 2, locked: 2 };
const QUIET: QueueFacts = {
  queue: 'mail',
  numbers: NUMBERS,
  unseen: null,
  deadlineMs: 60_000,
  workers: 2,
  failedRegistrations: [],
  flowedMs: null,
  endlessMs: null,
  canaryAwayMs: null,
};

describe('a queue', () => {
  it.each<[string, Partial<QueueFacts>]>([
    ['nothing happens in it', {}],
    ['jobs have just come', { numbers: { ...NUMBERS, waiting: 9, oldestWaitingMs: 900 } }],
    [
      'long jobs keep others waiting',
      { numbers: { ...BUSY, oldestWaitingMs: 6e5 }, flowedMs: 70_000 },
    ],
    ['long jobs are its first', { numbers: { ...BUSY, oldestWaitingMs: 70_000 } }],
    ['long jobs keep a canary waiting', { numbers: BUSY, canaryAwayMs: 70_000 }],
    [
      'many wait long, and one was taken of late',
      { numbers: { ...NUMBERS, waiting: 9, oldestWaitingMs: 6e5 }, flowedMs: 15_000 },
    ],
    [
      'jobs have flowed since the canary was sent, whose return was not noted',
      { canaryAwayMs: 6e5, flowedMs: 70_000 },
    ],
    ['a canary has just been sent', { canaryAwayMs: 900 }],
    ['jobs are begun that may yet end', { numbers: BUSY, endlessMs: 79_000, flowedMs: 900 }],
    ['what was begun and never ended is gone', { endlessMs: 6e5 }],
  ])('is ok when %s', (_when, facts) => {
    expect(judgeQueue({ ...QUIET, ...facts })).toEqual({ status: 'ok', reasons: [] });
  });

  it.each<[string, Partial<QueueFacts>, string]>([
    ['Redis is away', { numbers: null }, 'Redis is away'],
    ['nobody consumes it', { workers: 0, numbers: { ...NUMBERS, waiting: 9 } }, '9 jobs wait'],
    [
      'workers are there and take nothing',
      { numbers: { ...NUMBERS, waiting: 1, oldestWaitingMs: 30_000 } },
      'waited in mail for 30 s',
    ],
    [
      'jobs are at work for nobody, and others wait',
      { numbers: { ...BUSY, locked: 0, oldestWaitingMs: 30_000 }, flowedMs: 30_000 },
      'waited in mail for 30 s',
    ],
    [
      'jobs are at work beyond their deadline, and nothing else flows',
      { numbers: { ...BUSY, oldestWaitingMs: 90_000 }, flowedMs: 85_000 },
      'waited in mail for 90 s',
    ],
    [
      'jobs are at work for nobody, and its canary does not come back',
      { numbers: { ...BUSY, waiting: 0, locked: 0 }, canaryAwayMs: 45_000, flowedMs: 70_000 },
      'canary sent through mail 45 s ago',
    ],
    [
      'it cannot be looked at',
      { numbers: null, unseen: 'WRONGTYPE' },
      'mail could not be looked at: WRONGTYPE',
    ],
    [
      'its canary does not come back',
      { canaryAwayMs: 45_000 },
      'canary sent through mail 45 s ago',
    ],
  ])('is down when %s, and says so', (_when, facts, reason) => {
    const verdict = judgeQueue({ ...QUIET, ...facts });
    expect(verdict.status).toBe('down');
    expect(verdict.reasons).toEqual([expect.stringContaining(reason)]);
  });

  it.each<[string, Partial<QueueFacts>, string]>([
    [
      'it is paused, however long jobs wait',
      {
        numbers: { ...NUMBERS, paused: true, waiting: 1, oldestWaitingMs: 1e6 },
        canaryAwayMs: 1e6,
      },
      'mail is paused',
    ],
    [
      'jobs are taken and handed back, and none ends',
      { numbers: { ...NUMBERS, delayed: 9 }, endlessMs: 81_000, flowedMs: 900 },
      'Jobs of mail have been taken for 81 s and none has ended',
    ],
    [
      'a worker could not register it',
      { failedRegistrations: [{ worker: 'host:7', reason: 'no such module' }] },
      'host:7 could not register mail: no such module',
    ],
  ])('is degraded when %s, and says so', (_when, facts, reason) => {
    const verdict = judgeQueue({ ...QUIET, ...facts });
    expect(verdict.status).toBe('degraded');
    expect(verdict.reasons).toEqual([expect.stringContaining(reason)]);
  });
});

describe('all queues together', () => {
  const ok = { status: 'ok', reasons: [] } as const;
  const down = { status: 'down', reasons: ['No worker.'] } as const;

  it('are ok when each is', () => {
    expect(judgeAll([ok, ok].map(copy), [])).toEqual({ status: 'ok', reasons: [] });
  });
  it('are degraded when one is not, and down when none works', () => {
    expect(judgeAll([ok, down].map(copy), [])).toEqual({
      status: 'degraded',
      reasons: ['No worker.'],
    });
    expect(judgeAll([down, down].map(copy), []).status).toBe('down');
  });
  it('are degraded when a worker fell silent', () => {
    const verdict = judgeAll([copy(ok)], ['host:7']);
    expect(verdict.status).toBe('degraded');
    expect(verdict.reasons).toEqual([expect.stringContaining('host:7 fell silent')]);
  });
  it('are degraded while the clock stands before the newest run', () => {
    const setBack = { byMs: 600_000, runId: '20261127T120000Z', began: new Date(0) };
    const verdict = judgeAll([copy(ok)], [], setBack);
    expect(verdict.status).toBe('degraded');
    expect(verdict.reasons).toEqual([expect.stringContaining('stands 600 s before')]);
  });
});

function copy<Status>({ status, reasons }: { status: Status; reasons: readonly string[] }) {
  return { status, reasons: [...reasons] };
}
