import { expect, it } from 'vitest';
import { originForm } from './requestTarget.ts';

it.each([
  ['/runs?limit=1', '/runs?limit=1'],
  ['//[a%b]/', '//[a%b]/'],
  ['*', '*'],
  ['http://127.0.0.1:3000/runs?limit=1', '/runs?limit=1'],
  ['HTTPS://example.com', '/'],
  ['http://user:password@example.com/a/../b#c', '/b'],
  ['http://[a%b]/', null],
  ['http://', null],
  ['ftp://example.com/', null],
  ['example.com:443', null],
  ['', null],
])('%s becomes %s', (target, form) => {
  expect(originForm(target)).toBe(form);
});
