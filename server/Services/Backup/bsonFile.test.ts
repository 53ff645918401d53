import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toBson } from '../../models/bson.ts';
import { type Contents, readDocuments, requireWhole, writeDocuments } from './bsonFile.ts';

const LARGE = 'x'.repeat(300_000);

let folder: string;
let path: string;
let written: Contents;

const documents = [1, 2, 3].map((_id) =>
  toBson(
    new Map<string, unknown>([
      ['_id', _id],
      ['text', _id === 2 ? LARGE : 'a\u2028b'],
    ]),
  ),
);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-bson-'));
  path = join(folder, 'three.bson.gz');
  written = await writeDocuments(path, each(documents));
});
afterAll(() => rm(folder, { recursive: true }));

async function* each<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values;
}

/** A file with this content instead, under another name. */
async function changed(name: string, change: (bytes: Buffer) => Buffer): Promise<string> {
  const other = join(folder, name);
  await writeFile(other, gzipSync(change(gunzipSync(await readFile(path)))));
  return other;
}

it('gives every document back as it was written, whatever chunks it comes in', async () => {
  const read: Buffer[] = [];
  for await (const document of readDocuments(path)) read.push(Buffer.from(document));
  expect(read).toEqual(documents.map((document) => Buffer.from(document)));
  await expect(requireWhole(path, written)).resolves.toBeUndefined();
});

it('is the documents one after another, for its owner alone', async () => {
  expect(gunzipSync(await readFile(path))).toEqual(Buffer.concat(documents));
  expect((await stat(path)).mode & 0o077).toBe(0);
  expect(written).toMatchObject({ documents: 3, bytes: Buffer.concat(documents).length });
});

it('is never written over one that is there', async () => {
  await expect(writeDocuments(path, each(documents))).rejects.toThrow('EEXIST');
});

it('passes on what stops the documents from coming', async () => {
  async function* broken() {
    yield* documents;
    throw new Error('the cursor died');
  }
  await expect(writeDocuments(join(folder, 'broken'), broken())).rejects.toThrow('the cursor died');
});

it.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
  ['lacks its end', (bytes) => bytes.subarray(0, -10), /at document 2: it ends within a document/],
  [
    'lacks a document',
    (bytes) => bytes.subarray(documents[0]?.length),
    /2 documents.*instead of 3/,
  ],
  ['has another value', (bytes) => flip(bytes, bytes.lastIndexOf('b')), /not as it was written/],
  ['is something else', () => Buffer.from('{"ref":{"$oid":"none"}}\n'), /document 0: it holds no/],
  ['has a broken document', (bytes) => flip(bytes, 4), /at document 1: Invalid/],
])('refuses a file that %s, and names it', async (how, change, reason) => {
  const other = await changed(how.replaceAll(' ', '-'), change);
  await expect(requireWhole(other, written)).rejects.toThrow(reason);
  await expect(requireWhole(other, written)).rejects.toThrow(other);
});

it('refuses one that is cut off, and one that is not there', async () => {
  const cut = join(folder, 'cut');
  await writeFile(cut, (await readFile(path)).subarray(0, 100));
  await expect(requireWhole(cut, written)).rejects.toThrow(/unexpected end of file/);
  await expect(requireWhole(join(folder, 'absent'), written)).rejects.toThrow('ENOENT');
});

it('refuses a document of which the caller has no use', async () => {
  const check = () => {
    throw new Error('it is no key of Redis');
  };
  await expect(requireWhole(path, written, check)).rejects.toThrow(
    /at document 1: it is no key of Redis/,
  );
});

function flip(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}
