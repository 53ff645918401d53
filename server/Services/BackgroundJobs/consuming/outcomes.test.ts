import { mongo } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../errors/AppError.ts';
import { outcomeOf } from './outcomes.ts';

describe('what an error means for its job', () => {
  it.each([
    ['USER_NOT_FOUND', 'fail'],
    ['NOT_RETRYABLE', 'fail'],
    ['INVALID_PAYLOAD', 'fail'],
    ['CRASHED_TOO_OFTEN', 'fail'],
    ['DEADLINE_EXCEEDED', 'retry'],
    ['MONGODB_UNAVAILABLE', 'infrastructure'],
    ['REDIS_UNAVAILABLE', 'infrastructure'],
  ] as const)('%s: %s', (code, outcome) => {
    expect(outcomeOf(new AppError(code, 'told'))).toBe(outcome);
  });

  it('is infrastructure when the driver says that MongoDB is away', () => {
    expect(outcomeOf(new mongo.MongoNetworkError('connection closed'))).toBe('infrastructure');
  });

  it('is infrastructure when the driver lets the broken pipe of its socket through', () => {
    const error = Object.assign(new Error('This socket has been ended by the other party'), {
      code: 'EPIPE',
      // As seen when a server was killed.
      stack:
        'Error: This socket has been ended by the other party\n' +
        '    at Socket.writeAfterFIN [as write] (node:net:566:14)\n' +
        '    at Connection.writeCommand (/app/node_modules/mongodb/src/cmap/connection.ts:722:23)',
    });
    expect(outcomeOf(error)).toBe('infrastructure');
  });

  it.each([
    { code: 112, message: 'WriteConflict' },
    { code: 16_908_292, message: 'deadlock detected' },
  ])('is infrastructure when MongoDB undid a write for another’s sake: $message', (answer) => {
    expect(outcomeOf(new mongo.MongoServerError(answer))).toBe('infrastructure');
  });

  it('is found in a chain of causes, be it a ring', () => {
    const ring = new Error('outer', { cause: new Error('inner') });
    Object.assign(ring.cause as Error, { cause: ring });
    expect(outcomeOf(ring)).toBe('retry');
    const away = new Error('outer', { cause: new mongo.MongoNetworkError('closed') });
    expect(outcomeOf(away)).toBe('infrastructure');
  });

  it.each([
    Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }),
    Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
    new TypeError('fetch failed'),
    'thrown text',
    undefined,
  ])('%# of the work itself is tried again, attempt by attempt', (error) => {
    expect(outcomeOf(error)).toBe('retry');
  });
});
