import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyTable } from './keyTable.ts';

describe('the table of keys', () => {
  it('says where each key stands first, as a map would', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 2 }), { maxLength: 5_000 }), (keys) => {
        const table = new KeyTable();
        const map = new Map<string, number>();
        for (const [at, key] of keys.entries()) {
          if (!map.has(key)) map.set(key, at + 1);
          expect(table.add(key, at + 1)).toBe(map.get(key));
        }
        for (const key of map.keys()) expect(table.has(key)).toBe(true);
        expect(table.has('longer than any')).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps its promise when it grows', () => {
    const table = new KeyTable();
    const lines = Array.from({ length: 50_000 }, (_, at) => at + 1);
    expect(lines.map((line) => table.add(`k${line}`, line))).toEqual(lines);
    expect(lines.map((line) => table.add(`k${line}`, 1e6))).toEqual(lines);
    expect(table.has('k50001')).toBe(false);
  });
});
