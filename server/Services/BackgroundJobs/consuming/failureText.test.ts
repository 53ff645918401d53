import { describe, expect, it } from 'vitest';
import { AppError } from '../../../errors/AppError.ts';
import { failureOf, failureText, historyOf, parseFailureText } from './failureText.ts';

describe('a failure', () => {
  it.each([
    [new AppError('USER_NOT_FOUND', 'Nobody.'), { code: 'USER_NOT_FOUND', message: 'Nobody.' }],
    [new Error('plain'), { code: 'JOB_FAILED', message: 'plain' }],
    [
      Object.assign(new Error('no'), { code: 'ECONNREFUSED' }),
      { code: 'ECONNREFUSED', message: 'no' },
    ],
    [Object.assign(new Error('dup'), { code: 11000 }), { code: 'JOB_FAILED', message: 'dup' }],
    ['text', { code: 'JOB_FAILED', message: 'text' }],
    [undefined, { code: 'JOB_FAILED', message: 'undefined' }],
  ])('%# has a code and a message', (error, failure) => {
    expect(failureOf(error)).toEqual(failure);
  });

  it.each([
    { code: 'DEADLINE_EXCEEDED', message: 'It took\ntoo long: 5 s' },
    { code: 'JOB_FAILED', message: 'OTHER: code in the message' },
    { code: 'JOB_FAILED', message: '' },
  ])('comes through Redis as it was: $code', (failure) => {
    expect(parseFailureText(failureText(failure))).toEqual(failure);
  });

  it('is cut when it is long', () => {
    expect(failureOf(new Error('x'.repeat(5_000))).message).toHaveLength(1_001);
  });

  it('says in our words that a worker crashed too often', () => {
    expect(parseFailureText('job stalled more than allowable limit').code).toBe(
      'CRASHED_TOO_OFTEN',
    );
  });

  it('of a text that is not ours is JOB_FAILED', () => {
    expect(parseFailureText('something else')).toEqual({
      code: 'JOB_FAILED',
      message: 'something else',
    });
  });

  it('has one line a failed attempt as history', () => {
    const traces = [
      'Error: JOB_FAILED: once\n    at here',
      'UnrecoverableError: NOT_RETRYABLE: no',
    ];
    expect(historyOf(traces)).toEqual(['JOB_FAILED: once', 'NOT_RETRYABLE: no']);
    expect(historyOf(null)).toEqual([]);
  });
});
