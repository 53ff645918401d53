import { mongo } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { LOST_RACE_TRIES, retryLostRaces } from './lostRaces.ts';

const serverError = (code: number, message: string) =>
  Object.assign(new mongo.MongoServerError({ message }), { code });

describe('a write that lost a race', () => {
  it.each([
    ['MongoDB’s write conflict', serverError(112, 'WriteConflict')],
    ['a deadlock of PostgreSQL', serverError(16_908_292, 'deadlock')],
    ['a deadlock that ended a whole command', serverError(1, 'deadlock detected')],
    [
      'a collection that was made and not found',
      serverError(1, 'Unable to create the specified collection'),
    ],
  ])('is tried again: %s', async (_, error) => {
    let tries = 0;
    const write = async () => {
      tries += 1;
      if (tries < 3) throw error;
      return 'written';
    };
    expect(await retryLostRaces(write)).toBe('written');
    expect(tries).toBe(3);
  });

  it('is given up after so many tries, and at once for any other answer', async () => {
    let tries = 0;
    const failing = (error: Error) =>
      retryLostRaces(async () => {
        tries += 1;
        throw error;
      });
    await expect(failing(serverError(112, 'WriteConflict'))).rejects.toThrow('WriteConflict');
    expect(tries).toBe(LOST_RACE_TRIES);
    tries = 0;
    await expect(failing(serverError(1, 'out of disk'))).rejects.toThrow('out of disk');
    expect(tries).toBe(1);
  });
});
