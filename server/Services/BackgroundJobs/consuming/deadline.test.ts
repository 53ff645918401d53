import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HandedBack, withinDeadline } from './deadline.ts';

const LONG_MS = 60_000;
const never = new AbortController().signal;

/** Work that listens to its signal, and throws an error of its own when that aborts. */
const listening = (signal: AbortSignal) => wait(LONG_MS, undefined, { signal });
const deaf = () => wait(LONG_MS, undefined, { ref: false });

describe('withinDeadline', () => {
  it('answers what the work answers, and throws what it throws', async () => {
    await expect(withinDeadline(LONG_MS, never, async () => 7)).resolves.toBe(7);
    const failing = withinDeadline(LONG_MS, never, () => Promise.reject(new Error('of its own')));
    await expect(failing).rejects.toThrow('of its own');
  });

  it.each([
    ['listens', listening],
    ['does not listen', deaf],
  ])('ends work that %s at the deadline, and says so', async (_how, work) => {
    await expect(withinDeadline(5, never, work)).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
  });

  it.each([
    ['listens', listening],
    ['does not listen', deaf],
  ])('hands back work that %s when the worker’s grace is over', async (_how, work) => {
    const stop = new AbortController();
    const running = withinDeadline(LONG_MS, stop.signal, work);
    stop.abort(new HandedBack('stopping'));
    await expect(running).rejects.toBeInstanceOf(HandedBack);
    await expect(withinDeadline(LONG_MS, stop.signal, work)).rejects.toBeInstanceOf(HandedBack);
  });

  it('leaves nothing on the worker’s signal', async () => {
    const stop = new AbortController();
    const aborted: unknown[] = [];
    await withinDeadline(LONG_MS, stop.signal, async (signal) => {
      signal.addEventListener('abort', () => aborted.push(signal.reason));
    });
    stop.abort();
    expect(aborted).toEqual([]);
  });

  it('lets as many jobs as there may be listen to the worker’s signal', async () => {
    const stop = new AbortController();
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const jobs = Array.from({ length: 20 }, () => withinDeadline(LONG_MS, stop.signal, deaf));
    const ended = Promise.allSettled(jobs);
    // Node emits warnings in the next turn.
    await wait(0);
    stop.abort(new HandedBack('stopping'));
    await ended;
    expect(warnings).toEqual([]);
  });
});
