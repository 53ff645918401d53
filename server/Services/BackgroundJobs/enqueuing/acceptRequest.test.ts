import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineJob } from '../queues/jobDefinition.ts';
import { acceptRequest } from './acceptRequest.ts';

const job = defineJob({
  kind: 'mail',
  version: 3,
  payload: z.record(z.string(), z.unknown()),
  result: z.null(),
  options: () => ({ attempts: 1, retryDelayMs: 1, deadlineMs: 1 }),
});
const accept = (payload: unknown, options = {}) => acceptRequest(job, payload, options, null);

describe('a request for a single job', () => {
  it('is taken with the defaults of what was not said', () => {
    expect(accept({ to: 7 })).toEqual({
      ...{ kind: 'mail', queue: 'mail', version: 3, payload: { to: 7 } },
      ...{ key: null, unique: null, uniqueUntil: null, runAt: null, priority: 100, userId: null },
      ...{ maxAttempts: null, deadlineMs: null, requestId: null },
    });
  });

  it('is checked in the form in which it will travel', () => {
    const at = new Date('2026-11-22T11:00:00Z');
    expect(accept({ at, left: undefined }).payload).toEqual({ at: '2026-11-22T11:00:00.000Z' });
  });

  it.each([
    ['no object', 'text', 'does not fit mail'],
    ['nothing', undefined, 'does not fit mail'],
    ['more than 64 kB', { text: 'x'.repeat(70_000) }, 'pass an id instead'],
    ['a name that the driver reads as a type', { ref: { _bsontype: 'ObjectId' } }, '_bsontype'],
    ['a prototype', JSON.parse('{"a":{"__proto__":1}}'), '__proto__'],
  ])('is refused for %s', (_, payload, told) => {
    expect(() => accept(payload)).toThrow(told);
  });

  it.each([
    ['an empty key', { key: '' }],
    ['a priority out of bounds', { priority: 1_001 }],
    ['no attempt', { attempts: 0 }],
    ['a time that is none', { runAt: new Date('never') }],
    ['an option that there is not', { colour: 'red' }],
    ['a user that is no ObjectId', { userId: '00004' }],
  ])('is refused for %s', (_, options) => {
    expect(() => accept({}, options)).toThrow('options of a job of mail');
  });
});
