import { EventEmitter, once } from 'node:events';
import { expect, it, vi } from 'vitest';
import { createCountFailed } from './countByQueue.ts';

/** A store in which so many stand failed, whose exact count takes until it is told to end. */
function store(failed: number) {
  const counted = new EventEmitter();
  const exact = once(counted, 'end').then(() => new Map([['email', failed]]));
  const read = {
    exactly: vi.fn(() => exact),
    upTo: vi.fn(async (most: number) => Math.min(most, failed)),
    byNumbers: vi.fn(async () => new Map([['email', 99_999]])),
  };
  return { read, count: createCountFailed(read), end: () => counted.emit('end') };
}

it('keeps nobody waiting for the first count of many, and tells it as soon as it is there', async () => {
  const { count, end, read } = store(100_000);
  expect(await count()).toEqual(new Map([['email', 99_999]]));
  expect(await count()).toEqual(new Map([['email', 99_999]]));
  end();
  await vi.waitFor(async () => expect(await count()).toEqual(new Map([['email', 100_000]])));
  read.upTo.mockClear();
  await count();
  expect(read.upTo).not.toHaveBeenCalled();
});

it('counts few exactly from the first time on', async () => {
  const { count, end, read } = store(1_000);
  end();
  expect(await count()).toEqual(new Map([['email', 1_000]]));
  expect(read.byNumbers).not.toHaveBeenCalled();
});
