import { describe, expect, it } from 'vitest';
import { createTextRedactor } from '../../../config/redaction.ts';
import { AppError } from '../../../errors/AppError.ts';
import { createFailureOf, failureText, historyOf, parseFailureText } from './failureText.ts';

const failureOf = createFailureOf(createTextRedactor(['s3cret-value']));

/** Unreadable whichever way it is asked. */
const hostile = {
  get message(): never {
    throw new Error('boom');
  },
};

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
    [Symbol('why'), { code: 'JOB_FAILED', message: 'Symbol(why)' }],
    [
      { code: 'card_declined', message: 'No money.' },
      { code: 'card_declined', message: 'No money.' },
    ],
    [
      { status: 500, at: { a: 1 } },
      { code: 'JOB_FAILED', message: '{ status: 500, at: { a: 1 } }' },
    ],
    [Object.create(null), { code: 'JOB_FAILED', message: '[Object: null prototype] {}' }],
    [hostile, { code: 'JOB_FAILED', message: 'What was thrown cannot be read.' }],
    [
      Object.assign(new Error('long'), { code: 'X'.repeat(65) }),
      { code: 'JOB_FAILED', message: 'long' },
    ],
    [Object.assign(new Error('odd'), { code: 'HTTP 500' }), { code: 'JOB_FAILED', message: 'odd' }],
    [
      Object.assign(new Error('told'), { code: `npm_${'a'.repeat(36)}` }),
      { code: 'JOB_FAILED', message: 'told' },
    ],
  ])('%# has a code and a message', (error, failure) => {
    expect(failureOf(error)).toEqual(failure);
  });

  it.each([
    { code: 'DEADLINE_EXCEEDED', message: 'It took\ntoo long: 5 s' },
    { code: 'JOB_FAILED', message: 'OTHER: code in the message' },
    { code: 'JOB_FAILED', message: '' },
    { code: 'card_declined', message: 'No money.' },
  ])('comes through Redis as it was: $code', (failure) => {
    expect(parseFailureText(failureText(failure))).toEqual(failure);
  });

  it.each([
    ['a configured secret', 'at s3cret-value', 'at [redacted]'],
    ['a shape of secrets', 'Server=a;Pwd=b', 'Server=a;Pwd=[redacted]'],
    ['a secret behind colours', 'pass\u001b[1mword=b', 'password=[redacted]'],
    ['a secret behind a control character', 'to\u0000ken=b', 'token=[redacted]'],
    ['commands of a terminal', 'a\u001b]0;title\u0007b\u001b[2Jc\u009b31md', 'abcd'],
    ['what turns text around', 'a\u202eb\u2066c\u200fd', 'abcd'],
    ['nothing of lines and tabs', 'a\n\tb', 'a\n\tb'],
  ])('loses %s', (_what, message, kept) => {
    expect(failureOf(new Error(message)).message).toBe(kept);
    expect(failureOf({ message }).message).toBe(kept);
    expect(failureOf(message).message).toBe(kept);
  });

  it('loses a secret that stands in an object without a message', () => {
    expect(failureOf({ password: 'hunter' }).message).toBe("{ password: '[redacted]' }");
  });

  it('has no part of a secret at its end, where it is cut', () => {
    const { message } = failureOf(new Error(`${'x'.repeat(993)} s3cret-value`));
    expect(message).not.toContain('s3');
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
