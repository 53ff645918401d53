import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HandedBack, stoppedBy, withinDeadline } from './deadline.ts';

const LONG_MS = 60_000;
const never = () => new AbortController();

/** Work that listens to its signal, and throws an error of its own when that aborts. */
const listening = (signal: AbortSignal) => wait(LONG_MS, undefined, { signal });
const deaf = () => wait(LONG_MS, undefined, { ref: false });
const ways: [string, typeof listening][] = [
  ['listens', listening],
  ['does not listen', deaf],
];

describe('withinDeadline', () => {
  it('answers what the work answers, and throws what it throws', async () => {
    await expect(withinDeadline(LONG_MS, never(), async () => 7)).resolves.toBe(7);
    const failing = withinDeadline(LONG_MS, never(), () => Promise.reject(new Error('of its own')));
    await expect(failing).rejects.toThrow('of its own');
  });

  it.each(ways)('ends work that %s at the deadline, and says so', async (_how, work) => {
    await expect(withinDeadline(5, never(), work)).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
  });

  it.each(ways)('hands back work that %s when it is told to', async (_how, work) => {
    const control = new AbortController();
    const running = withinDeadline(LONG_MS, control, work);
    control.abort(new HandedBack('stopping'));
    await expect(running).rejects.toBeInstanceOf(HandedBack);
    await expect(withinDeadline(LONG_MS, control, work)).rejects.toBeInstanceOf(HandedBack);
  });
});

describe('stoppedBy', () => {
  it('ends the work when what it follows aborts', async () => {
    const stop = new AbortController();
    const running = stoppedBy(stop.signal, (control) => withinDeadline(LONG_MS, control, deaf));
    stop.abort(new HandedBack('stopping'));
    await expect(running).rejects.toBeInstanceOf(HandedBack);
    const late = stoppedBy(stop.signal, async () => 7);
    await expect(late).rejects.toBeInstanceOf(HandedBack);
  });

  it('leaves nothing on the signal that it follows', async () => {
    const stop = new AbortController();
    const aborted: unknown[] = [];
    await stoppedBy(stop.signal, async ({ signal }) => {
      signal.addEventListener('abort', () => aborted.push(signal.reason));
    });
    stop.abort();
    expect(aborted).toEqual([]);
  });

  it('lets as much work as there may be follow one signal', async () => {
    const stop = new AbortController();
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const works = Array.from({ length: 20 }, () =>
      stoppedBy(stop.signal, (control) => withinDeadline(LONG_MS, control, deaf)),
    );
    const ended = Promise.allSettled(works);
    // Node emits warnings in the next turn.
    await wait(0);
    stop.abort(new HandedBack('stopping'));
    await ended;
    expect(warnings).toEqual([]);
  });
});
