import { describe, expect, it } from 'vitest';
import { changesBetween } from './changes.ts';

type Compared = Parameters<typeof changesBetween>[0];
const found = (status: Compared['status'], facts: Record<string, string> = {}): Compared => ({
  status,
  facts: Object.entries(facts).map(([name, value]) => ({ name, value })),
  error:
    status === 'failed' ? { code: 'API_ERROR', reason: 'HTTP_500', message: 'It failed.' } : null,
});

describe('changesBetween', () => {
  it('names what is new, gone and different, and nothing else', () => {
    const before = found('ok', { a: '1', b: '1', c: '1' });
    const now = found('degraded', { a: '1', b: '2', d: '1' });
    expect(changesBetween(before, now)).toEqual([
      'status: ok → degraded',
      'b: 1 → 2',
      'c: 1 → (absent)',
      'd: (absent) → 1',
    ]);
    expect(changesBetween(before, before)).toEqual([]);
  });

  it('does not take what could not be read for gone', () => {
    const [well, failed] = [found('ok', { a: '1' }), found('failed')];
    expect(changesBetween(well, failed)).toEqual(['status: ok → failed']);
    expect(changesBetween(failed, well)).toEqual(['status: failed → ok']);
  });

  it('is bounded', () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`n${n}`, '1']));
    const lines = changesBetween(found('ok'), found('ok', many));
    expect(lines).toHaveLength(50);
    expect(lines.at(-1)).toBe('and 31 more');
  });
});
