import { expect, it } from 'vitest';
import { AppError } from '../../errors/AppError.ts';
import { type Attempt, createLoginThrottle } from './loginThrottle.ts';

const LIMIT = 3;

/** A throttle on a clock that stands still; `wrong` and `right` answer the code, or `in`. */
function throttled() {
  const clock = { now: 0 };
  const throttle = createLoginThrottle({
    attemptsPerMinute: LIMIT,
    now: () => clock.now,
    lateMs: 0,
  });
  let looked = 0;
  const tryIt = (who: Partial<Attempt>, login: () => Promise<string>) =>
    throttle
      .attempt({ email: 'me@x.org', address: '198.51.100.1', device: null, ...who }, () => {
        looked += 1;
        return login();
      })
      .catch((error: AppError) => error.code);
  return {
    clock,
    looked: () => looked,
    wrong: (who: Partial<Attempt> = {}) =>
      tryIt(who, () => Promise.reject(new AppError('INVALID_CREDENTIALS', 'wrong'))),
    right: (who: Partial<Attempt> = {}) => tryIt(who, () => Promise.resolve('in')),
    away: (who: Partial<Attempt> = {}) =>
      tryIt(who, () => Promise.reject(new AppError('MONGODB_UNAVAILABLE', 'away'))),
  };
}

async function times<T>(count: number, one: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let n = 0; n < count; n += 1) results.push(await one(n));
  return results;
}

it('tells the first failures of a client, then refuses, and looks at no more than as many again', async () => {
  const { wrong, looked } = throttled();
  expect(await times(20, () => wrong())).toEqual([
    ...Array(LIMIT).fill('INVALID_CREDENTIALS'),
    ...Array(20 - LIMIT).fill('RATE_LIMITED'),
  ]);
  expect(looked()).toBe(2 * LIMIT);
});

it('looks at no more when all come at once', async () => {
  const { wrong, looked } = throttled();
  await Promise.all(Array.from({ length: 50 }, () => wrong()));
  expect(looked()).toBe(2 * LIMIT);
});

it('lets nobody lock an e-mail out from elsewhere', async () => {
  const { wrong, right } = throttled();
  await times(20, () => wrong({ address: '203.0.113.9' }));
  expect(await right()).toBe('in');
});

it('still lets the right password through where somebody has guessed before', async () => {
  const { wrong, right } = throttled();
  await times(LIMIT + 1, () => wrong());
  expect(await right()).toBe('in');
});

it('lets the right password through again a little after the guessing', async () => {
  const { wrong, right, clock } = throttled();
  await times(20, () => wrong());
  expect(await right()).toBe('RATE_LIMITED');
  clock.now += 3_000 + 60_000 / LIMIT;
  expect(await right()).toBe('in');
});

it('bounds the failures of an address over all e-mails, with room for those who share it', async () => {
  const { wrong, right, looked } = throttled();
  const guess = (n: number) => wrong({ email: `${n}@x.org` });
  expect(await times(LIMIT + 1, guess)).toEqual([
    ...Array(LIMIT).fill('INVALID_CREDENTIALS'),
    'RATE_LIMITED',
  ]);
  expect(await right()).toBe('in');
  await times(50, (n) => guess(100 + n));
  expect(looked()).toBeLessThanOrEqual(5 * LIMIT + 1);
  expect(await right({ email: 'stranger@x.org' })).toBe('RATE_LIMITED');
});

it('keeps free who has logged in from the address before', async () => {
  const { wrong, right } = throttled();
  await right();
  await times(50, (n) => wrong({ email: `${n}@x.org` }));
  expect(await right()).toBe('in');
});

it('keeps a known device free of what others guess, and bounds it for itself', async () => {
  const { wrong, right } = throttled();
  await times(50, () => wrong());
  await times(50, (n) => wrong({ email: `${n}@x.org` }));
  expect(await right({ device: 'd-1' })).toBe('in');
  await times(20, () => wrong({ device: 'd-1' }));
  expect(await right({ device: 'd-1' })).toBe('RATE_LIMITED');
  expect(await right({ device: 'd-2' })).toBe('in');
});

it('counts neither what succeeds nor what could not be answered', async () => {
  const { wrong, right, away } = throttled();
  await times(20, () => right());
  expect(await times(20, () => away())).toEqual(Array(20).fill('MONGODB_UNAVAILABLE'));
  expect(await wrong()).toBe('INVALID_CREDENTIALS');
});
