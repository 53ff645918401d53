import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Entry {
  integrity?: string;
  resolved?: string;
}

const { packages } = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
) as { packages: Record<string, Entry> };
const installed = Object.entries(packages).filter(([path]) => path !== '');

it('package-lock.json has the hash of every package; npm run lock:integrity adds what npm left out', () => {
  const without = installed.filter(([, { integrity = '' }]) => !/^sha512-.{88}$/.test(integrity));
  expect(without.map(([path]) => path)).toEqual([]);
});

it('package-lock.json names no registry', () => {
  expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});
