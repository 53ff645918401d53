import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VIEWS } from './dashboard.ts';

it('serves the page at each path that the client has a view for', () => {
  const app = readFileSync(new URL('../../client/src/App.tsx', import.meta.url), 'utf8');
  const paths = [...app.matchAll(/<Route path="([^"]+)"/g)].map(([, path]) => path);
  expect(paths.length).toBeGreaterThan(10);
  expect([...VIEWS].sort()).toEqual(paths.sort());
});
