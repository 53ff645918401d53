import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { createWatch } from './createWatch.ts';

/** A value that the test sets, and how often it was read. */
function watched(intervalMs = 1) {
  const state = { value: 1, reads: 0, error: null as Error | null };
  const watch = createWatch({
    intervalMs,
    isLast: (value) => value === 9,
    async read() {
      state.reads += 1;
      if (state.error !== null) throw state.error;
      return state.value;
    },
  });
  return { state, watch };
}

it('reads once for all who follow, and nothing while nobody does', async () => {
  const { state, watch } = watched(60_000);
  await turn();
  expect(state.reads).toBe(0);
  const leaving = Array.from({ length: 50 }, () => new AbortController());
  const followers = leaving.map(({ signal }) => watch.follow(signal));
  const values = await Promise.all(followers.map((each) => each.next()));
  expect(values.every(({ value }) => value === 1)).toBe(true);
  expect(state.reads).toBe(1);
  for (const each of leaving) each.abort();
  await Promise.all(followers.map((each) => each.next()));
  await turn();
  expect(state.reads).toBe(1);
});

it('tells each change, and ends with the last value', async () => {
  const { state, watch } = watched();
  const following = watch.follow(new AbortController().signal);
  expect((await following.next()).value).toBe(1);
  state.value = 2;
  expect((await following.next()).value).toBe(2);
  state.value = 9;
  expect((await following.next()).value).toBe(9);
  expect((await following.next()).done).toBe(true);
});

it('has whoever is slow miss values between, and never the newest', async () => {
  const { state, watch } = watched();
  const leaving = new AbortController();
  const slow = watch.follow(leaving.signal);
  await slow.next();
  for (const value of [2, 3, 4]) {
    state.value = value;
    const reads = state.reads;
    await vi.waitFor(() => expect(state.reads).toBeGreaterThan(reads + 1));
  }
  expect((await slow.next()).value).toBe(4);
  leaving.abort();
  expect((await slow.next()).done).toBe(true);
});

it('tells all what went wrong, and reads anew for whoever comes after', async () => {
  const { state, watch } = watched();
  state.error = new Error('It is away.');
  const followers = [1, 2].map(() => watch.follow(new AbortController().signal));
  for (const each of followers) await expect(each.next()).rejects.toThrow('It is away.');
  state.error = null;
  const leaving = new AbortController();
  const following = watch.follow(leaving.signal);
  expect((await following.next()).value).toBe(1);
  leaving.abort();
  await following.next();
});
