import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { byItsCost, shared } from './shared.ts';

/** A reading that takes this long by a clock of the test's own. */
function reading(
  tookMs: number,
  maxAgeMs: (last: { tookMs: number }) => number,
  maxStaleMs?: () => number,
) {
  const state = { clock: 0, reads: 0 };
  const read = async () => {
    state.reads += 1;
    state.clock += tookMs;
    return state.reads;
  };
  return {
    state,
    ask: shared(read, { maxAgeMs, ...(maxStaleMs && { maxStaleMs }), now: () => state.clock }),
  };
}

it('reads once for all who ask at the same time', async () => {
  const { state, ask } = reading(1, () => 0);
  expect(await Promise.all(Array.from({ length: 100 }, () => ask()))).toEqual(Array(100).fill(1));
  expect(state.reads).toBe(1);
});

it('reads again for whoever comes later, where no reading may be kept', async () => {
  const { ask } = reading(1, () => 0);
  await ask();
  expect(await ask()).toBe(2);
});

it('reads again when the last reading is too old', async () => {
  const { state, ask } = reading(1, () => 100);
  await ask();
  state.clock = 100;
  expect(await ask()).toBe(1);
  state.clock = 101;
  expect(await ask()).toBe(2);
});

it('takes at most a twentieth of the time, and lets nobody wait meanwhile, where reading is slow', async () => {
  const { state, ask } = reading(1_000, byItsCost);
  await ask();
  state.clock = 20_000;
  expect(await ask()).toBe(1);
  state.clock = 20_001;
  expect(await ask()).toBe(1);
  expect(state.reads).toBe(2);
  await turn();
  expect(await ask()).toBe(2);
});

it('has those wait for whom the last reading is far too old', async () => {
  const { state, ask } = reading(1_000, byItsCost);
  await ask();
  state.clock = 40_001;
  expect(await ask()).toBe(2);
});

it('lets nobody wait for as long as it is told, where reading is slow', async () => {
  const { state, ask } = reading(1_000, byItsCost, () => 600_000);
  await ask();
  state.clock = 600_000;
  expect(await ask()).toBe(1);
  expect(state.reads).toBe(2);
  await turn();
  expect(await ask()).toBe(2);
  state.clock = 1_300_000;
  expect(await ask()).toBe(3);
});

it('keeps no error', async () => {
  let error: Error | null = new Error('It is away.');
  const read = async () => {
    if (error !== null) throw error;
    return 'there';
  };
  const ask = shared(read, { maxAgeMs: () => 100 });
  await expect(ask()).rejects.toThrow('It is away.');
  error = null;
  expect(await ask()).toBe('there');
});

it('reads anew for whoever asks once the last reading is forgotten, also while it is under way', async () => {
  const { state, ask } = reading(1, () => 1_000);
  await ask();
  ask.forget();
  expect(await ask()).toBe(2);

  ask.forget();
  const stale = ask();
  ask.forget();
  expect(await ask()).toBe(4);
  expect(await stale).toBe(3);
  expect(await ask(), 'a reading of before is not kept').toBe(4);
  expect(state.reads).toBe(4);
});
