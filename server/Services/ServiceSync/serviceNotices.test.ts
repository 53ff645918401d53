import { describe, expect, it } from 'vitest';
import { noticesOf, type ServiceChange } from './serviceNotices.ts';

const change = (number: number, failing: boolean): ServiceChange => ({
  ...{ serviceId: `s${number}`, name: `Service ${number}`, url: 'https://example.com/', failing },
  ...{
    slot: new Date('2026-11-27T06:30:00Z'),
    summary: failing ? 'It answered 503.' : 'It answers',
  },
});
const many = (count: number, failing: boolean) =>
  Array.from({ length: count }, (_, number) => change(number, failing));

describe('noticesOf', () => {
  it('tells of a few one by one, each under a key of its own', () => {
    const notices = noticesOf([...many(2, true), change(9, false)], 'job');
    expect(notices.map(({ title }) => title)).toEqual([
      'The service Service 0 fails',
      'The service Service 1 fails',
      'The service Service 9 is well again',
    ]);
    expect(new Set(notices.map(({ key }) => key)).size).toBe(3);
    expect(notices[0]?.lines[0]).toBe('It was read at 2026-11-27T06:30:00.000Z: It answered 503.');
  });

  it('tells of many together, those that fail apart from those that are well again', () => {
    const notices = noticesOf([...many(70, true), ...many(4, false)], 'job');
    expect(notices.map(({ title }) => title)).toEqual([
      '70 services fail',
      '4 services are well again',
    ]);
    expect(notices[0]?.lines).toHaveLength(52);
    expect(notices[0]?.lines).toContain('and 20 more: GET /api/v1/services');
    expect(notices[1]?.lines[0]).toBe('Service 0: It answers');
  });

  it('has nothing to tell of no change', () => expect(noticesOf([], 'job')).toEqual([]));
});
