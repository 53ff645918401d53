import { describe, expect, it } from 'vitest';
import { askedDelayMs, retryDelayMs } from './retryDelay.ts';
import { isHostFailure, verdictOf, verdictWithoutAnswer } from './retryTable.ts';

describe('the table', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('%i is tried again', (status) => {
    expect(verdictOf(status, null)).toBe('retry');
  });
  it.each([400, 401, 403, 404, 409, 410, 422, 501, 505, 300, 304])('%i fails', (status) => {
    expect(verdictOf(status, null)).toBe('fail');
  });
  it.each([200, 201, 202, 204, 299])('%i is a success', (status) => {
    expect(verdictOf(status, null)).toBe('completed');
  });
  it('is overridden by a job', () => {
    expect(verdictOf(404, [404])).toBe('retry');
    expect(verdictOf(503, [404])).toBe('fail');
    expect(verdictOf(202, [202])).toBe('retry');
  });
  it('tries a broken connection again, a forbidden address not', () => {
    expect(verdictWithoutAnswer('CONNECTION_LOST')).toBe('retry');
    expect(verdictWithoutAnswer('TIMEOUT')).toBe('retry');
    expect(verdictWithoutAnswer('ADDRESS_REFUSED')).toBe('fail');
  });
  it('blames the host for what is not the call’s own fault', () => {
    expect(isHostFailure({ status: 503 })).toBe(true);
    expect(isHostFailure({ status: 500 })).toBe(false);
    expect(isHostFailure({ status: 429 })).toBe(false);
    expect(isHostFailure({ code: 'CONNECT_FAILED' })).toBe(true);
    expect(isHostFailure({ code: 'TIMEOUT' })).toBe(true);
    expect(isHostFailure({ code: 'ADDRESS_REFUSED' })).toBe(false);
    expect(isHostFailure({ code: 'TLS_FAILED' })).toBe(false);
    expect(isHostFailure({ code: 'DNS_FAILED' })).toBe(false);
  });
});

describe('askedDelayMs', () => {
  const now = Date.parse('2026-11-27T12:00:00Z');
  it.each([
    ['120', 120_000],
    ['0', 1_000],
    ['9999999999', 86_400_000],
    ['99999999999999999999999', 86_400_000],
    ['Fri, 27 Nov 2026 12:01:00 GMT', 60_000],
    ['Friday, 27-Nov-26 12:01:00 GMT', 60_000],
    ['Fri, 27 Nov 2020 12:00:00 GMT', 1_000],
    ['Fri, 27 Nov 2099 12:00:00 GMT', 86_400_000],
    ['soon', null],
    ['-5', null],
    ['1.5', null],
    ['', null],
    [undefined, null],
  ])('%s is %s ms', (header, asked) => {
    expect(askedDelayMs(header, now)).toBe(asked);
  });
});

describe('retryDelayMs', () => {
  it('doubles up to an hour', () => {
    const delays = [0, 1, 2, 3, 20, 5_000].map((retries) => retryDelayMs(retries, null, () => 0));
    expect(delays).toEqual([2_000, 4_000, 8_000, 16_000, 3_600_000, 3_600_000]);
  });
  it('is never shorter than what was asked for, and random upwards only', () => {
    expect(retryDelayMs(0, 60_000, () => 0)).toBe(60_000);
    expect(retryDelayMs(0, 60_000, () => 0.999)).toBeLessThanOrEqual(72_000);
    expect(retryDelayMs(3, 1_000, () => 0)).toBe(16_000);
  });
});
