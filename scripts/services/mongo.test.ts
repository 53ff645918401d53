import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let empty: string;

beforeEach(() => {
  empty = mkdtempSync(join(tmpdir(), 'hourwork-nothing-'));
  vi.resetModules();
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(empty, { recursive: true, force: true });
});

it('lists every way to a MongoDB that was tried when there is none', async () => {
  vi.stubEnv('XDG_CACHE_HOME', empty);
  vi.stubEnv('PATH', empty);
  // Nothing listens there, so the download fails at once; and no Go module can be fetched.
  vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', 'http://127.0.0.1:1');
  vi.stubEnv('MONGOMS_MAX_RETRIES', '0');
  vi.stubEnv('GOPROXY', 'off');
  vi.stubEnv('GOMODCACHE', join(empty, 'modules'));
  vi.stubEnv('GOFLAGS', '-modcacherw');
  const { findMongoEngine } = await import('./mongo.mjs');
  const { explain } = await import('../setupError.mjs');
  const told = explain(await findMongoEngine(() => undefined).catch((error: unknown) => error));
  expect(told).toMatch(/^There is no MongoDB\.$/m);
  expect(told).toMatch(/tried: MONGODB_URI is not set/);
  expect(told).toMatch(/tried: mongod on PATH: not there/);
  expect(told).toMatch(/tried: mongod in the cache: not there/);
  expect(told).toMatch(/tried: downloading MongoDB's own server: [\s\S]*127\.0\.0\.1:1/);
  expect(told).toMatch(/tried: building FerretDB with DocumentDB: (?!\n)/);
  expect(told).toMatch(/to do: install MongoDB .* MONGODB_URI=/);
}, 60_000);
