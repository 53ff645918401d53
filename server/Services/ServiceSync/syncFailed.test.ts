import { describe, expect, it } from 'vitest';
import { EgressError } from '../Egress/egressError.ts';
import { failureOfStatus, failureWithoutAnswer } from './syncFailed.ts';

describe('a status', () => {
  it.each([
    [500, 'HTTP_500', true],
    [503, 'HTTP_503', true],
    [408, 'HTTP_408', true],
    [401, 'HTTP_401', false],
    [404, 'HTTP_404', false],
    [304, 'HTTP_304', false],
    [429, 'RATE_LIMITED', true],
  ])('%i is an API_ERROR, %s', (status, reason, retry) =>
    expect(failureOfStatus(status, undefined, 5)).toMatchObject({
      ...{ code: 'API_ERROR', reason, retry, askedMs: null, latencyMs: 5 },
    }),
  );

  it('429 says for how long to wait; others cannot', () => {
    expect(failureOfStatus(429, '7', 5)?.askedMs).toBe(7_000);
    expect(failureOfStatus(404, '7', 5)?.askedMs).toBeNull();
    expect(failureOfStatus(204, undefined, 5)).toBeNull();
  });
});

describe('the lack of an answer', () => {
  it.each([
    ['ADDRESS_REFUSED', 'SERVICE_ERROR', false],
    ['INVALID_REQUEST', 'SERVICE_ERROR', false],
    ['TOO_MANY_REDIRECTS', 'API_ERROR', false],
    ['PROTOCOL_ERROR', 'API_ERROR', true],
    ['DNS_FAILED', 'NETWORK_ERROR', true],
    ['CONNECT_TIMEOUT', 'NETWORK_ERROR', true],
    ['TLS_FAILED', 'NETWORK_ERROR', true],
    ['TIMEOUT', 'NETWORK_ERROR', true],
  ] as const)('%s is a %s', (reason, code, retry) =>
    expect(failureWithoutAnswer(new EgressError(reason, 'So it was.'))).toMatchObject({
      ...{ code, reason, retry, message: 'So it was.', latencyMs: null },
    }),
  );
});
