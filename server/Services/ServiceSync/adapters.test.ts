import { describe, expect, it } from 'vitest';
import { ADAPTER_OF } from './adapters.ts';
import { type ServiceAnswer, UnexpectedAnswer } from './reading.ts';

const answer = (body: unknown, more: Partial<ServiceAnswer> = {}): ServiceAnswer => ({
  body: typeof body === 'string' ? body : JSON.stringify(body),
  ...{ latencyMs: 20, certificateValidTo: null },
  ...more,
});

describe('statuspage', () => {
  const { address, read } = ADAPTER_OF.statuspage;
  const page = (indicator: string, components: object[] = [], incidents?: object[]) =>
    answer({
      ...{ page: { id: 'x' }, status: { indicator, description: 'What it says' }, components },
      ...(incidents && { incidents }),
    });

  it('finds the summary of a page that is named alone', () => {
    expect(address('https://status.example.com/')).toBe(
      'https://status.example.com/api/v2/summary.json',
    );
    expect(address('https://example.com/own.json')).toBe('https://example.com/own.json');
  });

  it.each([
    ['none', 'ok'],
    ['minor', 'degraded'],
    ['maintenance', 'degraded'],
    ['major', 'down'],
    ['critical', 'down'],
    ['of another version', 'degraded'],
  ])('takes the indicator %s for %s', (indicator, status) =>
    expect(read(page(indicator), {}).status).toBe(status),
  );

  it('reads components and incidents; an empty page is valid and nothing to read', () => {
    const full = read(
      page('minor', [{ name: 'API', status: 'operational' }], [{ name: 'Slow', status: 'x' }]),
      {},
    );
    expect(full.facts).toEqual([
      { name: 'API', value: 'operational' },
      { name: 'incident: Slow', value: 'x' },
    ]);
    expect(full).toMatchObject({ effects: 1, summary: 'What it says' });
    expect(read(page('none'), {})).toMatchObject({ status: 'ok', effects: 0, facts: [] });
  });

  it.each([['<html>'], ['{}'], [{ status: { indicator: 'none' } }], ['null']])(
    'takes %j for no answer',
    (body) => expect(() => read(answer(body), {})).toThrow(UnexpectedAnswer),
  );
});

describe('json', () => {
  const { settings, read } = ADAPTER_OF.json;
  const fields = (...given: object[]) => settings.parse({ fields: given });

  it('holds fields to what they must be', () => {
    const expected = fields({ pointer: '/status', equals: 'up' }, { pointer: '/hosts' });
    const up = read(answer({ status: 'up', hosts: ['a'] }), expected);
    expect(up).toMatchObject({ status: 'ok', effects: 2 });
    expect(up.facts).toEqual([
      { name: '/status', value: 'up' },
      { name: '/hosts', value: '["a"]' },
    ]);
    expect(read(answer({ status: 'away', hosts: [] }), expected)).toMatchObject({
      ...{ status: 'down', summary: '/status is not as expected' },
    });
  });

  it.each([[null], [''], [[]], [{}]])('counts %j as nothing to read', (hosts) =>
    expect(read(answer({ hosts }), fields({ pointer: '/hosts' }))).toMatchObject({
      ...{ status: 'ok', effects: 0 },
    }),
  );

  it('takes an answer that lacks a field for none, and names it', () => {
    expect(() => read(answer({}), fields({ pointer: '/hosts' }))).toThrow('lacks "/hosts"');
  });

  it('keeps long values short', () => {
    const { facts } = read(answer({ a: 'x'.repeat(999) }), fields({ pointer: '/a' }));
    expect(facts[0]?.value).toHaveLength(200);
  });
});

describe('uptime', () => {
  const { settings, read } = ADAPTER_OF.uptime;
  const inDays = (days: number) => new Date(Date.now() + (days + 0.5) * 86_400_000);

  it.each([
    [{ certificateValidTo: inDays(60) }, {}, 'ok', 60],
    [{ certificateValidTo: inDays(10) }, {}, 'degraded', 10],
    [{ certificateValidTo: inDays(10) }, { certificateDays: 7 }, 'ok', 10],
    [{ latencyMs: 6_000 }, {}, 'degraded', null],
    [{ latencyMs: 20 }, { degradedAboveMs: 10 }, 'degraded', null],
  ])('finds %j under %j %s', (more, given, status, certificateDaysLeft) =>
    expect(read(answer('', more), settings.parse(given))).toMatchObject({
      ...{ status, certificateDaysLeft, effects: 1 },
    }),
  );
});
