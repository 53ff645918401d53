import { describe, expect, it } from 'vitest';
import type { Run } from './apiClient.ts';
import { followPace } from './runPace.ts';

function run(fields: Partial<Run>): Run {
  return {
    runId: 'm-1',
    runSeq: 1,
    slot: null,
    trigger: 'manual',
    mode: 'queue',
    kind: 'user-data',
    schedule: 'user-data-hourly',
    input: {},
    asOf: '2026-11-22',
    status: 'running',
    enumerated: 0,
    duplicates: 0,
    queued: 0,
    active: 0,
    delayed: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    balanced: true,
    warnings: [],
    startedAt: '2026-11-22T11:00:00.000Z',
    finishedAt: null,
    ...fields,
  };
}

describe('the pace of a run', () => {
  it('counts every way in which a user can be done', () => {
    const counts = { completed: 5, failed: 1, duplicates: 2, cancelled: 1 };
    const standing = followPace(100)(run({ enumerated: 100, queued: 91, ...counts }), 0);
    expect(standing).toMatchObject({ done: 9, total: 100 });
  });

  it('goes by the expected number while users are being enumerated, then by the enumerated', () => {
    const follow = followPace(1000);
    expect(follow(run({ status: 'enumerating', enumerated: 50 }), 0).total).toBe(1000);
    expect(follow(run({ status: 'enumerating', enumerated: 1200 }), 1).total).toBe(1200);
    expect(follow(run({ status: 'running', enumerated: 990 }), 2).total).toBe(990);
  });

  it('has no pace and no end before anything was done', () => {
    const standing = followPace(10)(run({ enumerated: 10, queued: 10 }), 0);
    expect(standing).toMatchObject({ usersPerSecond: 0, secondsLeft: null });
  });

  it('is that of the last ten seconds, so that a slow beginning is forgotten', () => {
    const follow = followPace(1000);
    follow(run({ enumerated: 1000, completed: 0 }), 0);
    follow(run({ enumerated: 1000, completed: 10 }), 10_000);
    follow(run({ enumerated: 1000, completed: 10 }), 20_000);
    const standing = follow(run({ enumerated: 1000, completed: 510 }), 30_000);
    expect(standing).toMatchObject({ usersPerSecond: 50, secondsLeft: 10 });
  });

  it('tells how long nothing has changed, and begins anew when something does', () => {
    const follow = followPace(10);
    follow(run({ enumerated: 10, queued: 10 }), 0);
    expect(follow(run({ enumerated: 10, queued: 10 }), 60_000).idleMs).toBe(60_000);
    expect(follow(run({ enumerated: 10, queued: 9, active: 1 }), 61_000).idleMs).toBe(0);
  });
});
