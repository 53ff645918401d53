import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createRecorder } from './recorder.ts';

const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

it('lets as many jobs as there may be wait for room under the worker’s signal', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const stop = new AbortController();
  const full = createRecorder({ log, retentionDays: 1, capacity: 0 });
  const waiting = Promise.allSettled(Array.from({ length: 20 }, () => full.whenRoom(stop.signal)));
  // Node emits warnings in the next turn.
  await wait(0);
  stop.abort(new Error('stopping'));
  expect((await waiting).map(({ status }) => status)).toEqual(Array(20).fill('rejected'));
  expect(warnings).toEqual([]);
});
