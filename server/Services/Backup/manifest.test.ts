import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readManifest, requireDataKeys, writeManifest } from './manifest.ts';

const indexes = { documents: 0, bytes: 0, sha256: '0'.repeat(64) };
const mongodb = { collections: [], indexes };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-manifest-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function change(fields: Record<string, unknown>): Promise<void> {
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...manifest, ...fields }));
}

it('says what a backup holds', async () => {
  await writeManifest(folder, { version: '0.1.0', mongodb, dataKeys: ['11aa22bb'] });
  expect(await readManifest(folder)).toMatchObject({ version: '0.1.0', mongodb });
});

it('is what a backup lacks that was interrupted', async () => {
  await expect(readManifest(folder)).rejects.toThrow(/There is no whole backup in .*ENOENT/);
});

it.each([
  [{ shapes: 99, version: '9.0.0' }, /of Hourwork 9\.0\.0, whose documents have shape 99/],
  [{ format: 99 }, /none that this version reads/],
  [
    { mongodb: { ...mongodb, indexes: { ...indexes, sha256: 'none' } } },
    /none that this version reads: .*sha256/s,
  ],
])('refuses %o', async (fields, reason) => {
  await writeManifest(folder, { version: '0.1.0', mongodb, dataKeys: ['11aa22bb'] });
  await change(fields);
  await expect(readManifest(folder)).rejects.toThrow(reason);
});

it('refuses to be restored without the key of its secrets', async () => {
  await writeManifest(folder, { version: '0.1.0', mongodb, dataKeys: ['11aa22bb'] });
  const manifest = await readManifest(folder);
  expect(() => requireDataKeys(manifest, ['33cc44dd'])).toThrow(/11aa22bb.*only 33cc44dd/);
  expect(() => requireDataKeys(manifest, [])).toThrow(/names none/);
  expect(() => requireDataKeys(manifest, ['33cc44dd', '11aa22bb'])).not.toThrow();
});

it('reads one of before, which tells of a file of pending jobs too', async () => {
  await writeManifest(folder, { version: '0.1.0', mongodb, dataKeys: [] });
  await change({ redis: indexes });
  expect(await readManifest(folder)).toMatchObject({ mongodb });
});
