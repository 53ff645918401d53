import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createRecorder } from './recorder.ts';
import type { JobRecord } from './writeRecords.ts';

const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

it('lets as many jobs as there may be wait for room under the worker’s signal', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const stop = new AbortController();
  const full = createRecorder({ log, retentionDays: () => 1, capacity: 0 });
  const waiting = Promise.allSettled(Array.from({ length: 20 }, () => full.whenRoom(stop.signal)));
  // Node emits warnings in the next turn.
  await wait(0);
  stop.abort(new Error('stopping'));
  expect((await waiting).map(({ status }) => status)).toEqual(Array(20).fill('rejected'));
  expect(warnings).toEqual([]);
});

function ended(jobId: string, status: JobRecord['status'] = 'completed'): JobRecord {
  return {
    ...{ jobId, queue: 'mail', kind: 'email', status, generation: 1, holdsUnique: null },
    ...{ start: 1, attempts: 1, startedAt: null, finishedAt: null, waitedMs: null },
    ...{ worker: null, error: null, history: [], result: null },
  };
}

/** Writes that end when the test says so, in the order in which they began. */
function heldWrites() {
  const begun: { records: readonly JobRecord[]; end: () => void }[] = [];
  const write = (records: readonly JobRecord[]) =>
    new Promise<void>((end) => void begun.push({ records, end }));
  return { begun, write };
}

it('writes a full batch at once, two at a time, and gathers the rest meanwhile', async () => {
  const { begun, write } = heldWrites();
  const recorder = createRecorder({ log, retentionDays: () => 1, write });
  for (let job = 0; job < 2_500; job += 1) recorder.record(ended(`job-${job}`));
  expect(begun.map(({ records }) => records.length)).toEqual([1_000, 1_000]);
  const flushed = recorder.flush(5_000);
  begun[0]?.end();
  await expect.poll(() => begun.length).toBe(3);
  expect(begun[2]?.records).toHaveLength(500);
  begun[1]?.end();
  begun[2]?.end();
  await flushed;
  expect(new Set(begun.flatMap(({ records }) => records.map(({ jobId }) => jobId))).size).toBe(
    2_500,
  );
});

it('writes what is newer of a job after what is under way of it, and only the newest', async () => {
  const { begun, write } = heldWrites();
  const recorder = createRecorder({ log, retentionDays: () => 1, write });
  recorder.record(ended('a', 'active'));
  const flushed = recorder.flush(5_000);
  expect(begun).toHaveLength(1);
  recorder.record(ended('a', 'delayed'));
  recorder.record(ended('a'));
  recorder.record(ended('b'));
  await expect.poll(() => begun.length).toBe(2);
  expect(begun[1]?.records).toEqual([ended('b')]);
  begun[0]?.end();
  await expect.poll(() => begun.length).toBe(3);
  expect(begun[2]?.records).toEqual([ended('a')]);
  begun[1]?.end();
  begun[2]?.end();
  await flushed;
});
