import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { type Fields, fromBson } from '../../models/bson.ts';

/** What a file of documents holds, before it is compressed. */
export const contentsSchema = z.object({
  documents: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  sha256: z.hex().length(64),
});

export type Contents = z.infer<typeof contentsSchema>;

const CHUNK_BYTES = 65_536;
const SMALLEST_DOCUMENT = 5;
/** MongoDB's limit of 16 MiB, and what it allows itself above it. */
const LARGEST_DOCUMENT = 16 * 1024 * 1024 + 16 * 1024;

/**
 * Writes documents one after another, as mongodump does, into a new compressed file that only its
 * owner may read. Memory does not grow with their number. It is on disk when this settles.
 * @throws Error when the file is there already.
 */
export async function writeDocuments(
  path: string,
  documents: AsyncIterable<Uint8Array>,
): Promise<Contents> {
  const told = tally();
  async function* counted() {
    for await (const document of documents) {
      told.add(document);
      yield document;
    }
  }
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
  await pipeline(counted, createGzip({ chunkSize: CHUNK_BYTES }), file);
  return told.contents();
}

/**
 * The documents of such a file, each valid until the next is asked for.
 * @throws Error when the file is damaged or not there.
 */
export async function* readDocuments(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path);
  const unzipped = createGunzip({ chunkSize: CHUNK_BYTES });
  file.on('error', (error) => unzipped.destroy(error));
  let held: Buffer[] = [];
  let heldBytes = 0;
  let wanted = SMALLEST_DOCUMENT;
  for await (const chunk of file.pipe(unzipped) as AsyncIterable<Buffer>) {
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < wanted) continue;
    const bytes = Buffer.concat(held);
    let at = 0;
    wanted = sizeAt(bytes, at);
    while (wanted <= bytes.length - at) {
      yield bytes.subarray(at, at + wanted);
      at += wanted;
      wanted = sizeAt(bytes, at);
    }
    held = [bytes.subarray(at)];
    heldBytes = bytes.length - at;
  }
  if (heldBytes > 0) throw new Error('it ends within a document');
}

function sizeAt(bytes: Buffer, at: number): number {
  if (bytes.length - at < SMALLEST_DOCUMENT) return SMALLEST_DOCUMENT;
  const size = bytes.readInt32LE(at);
  if (size < SMALLEST_DOCUMENT || size > LARGEST_DOCUMENT) throw new Error('it holds no documents');
  return size;
}

/**
 * Reads all of a file as a restore will read it.
 * @param check is given each document, and throws at one that cannot be put back.
 * @throws Error that names the file when it is damaged, is not there, or is not the one written.
 */
export async function requireWhole(
  path: string,
  written: Contents,
  check: (fields: Fields) => void = () => undefined,
): Promise<void> {
  const told = tally();
  try {
    for await (const document of readDocuments(path)) {
      told.add(document);
      check(fromBson(document));
    }
  } catch (error) {
    const where = `${path}, at document ${told.contents().documents}`;
    throw new Error(`The backup cannot be put back: ${where}: ${(error as Error).message}.`);
  }
  const { documents, bytes, sha256 } = told.contents();
  if (sha256 === written.sha256 && bytes === written.bytes) return;
  throw new Error(
    `The backup cannot be put back: ${path} is not as it was written: ${documents} documents in ` +
      `${bytes} bytes instead of ${written.documents} in ${written.bytes}, or other ones.`,
  );
}

function tally() {
  const hash = createHash('sha256');
  let documents = 0;
  let bytes = 0;
  return {
    add(document: Uint8Array) {
      hash.update(document);
      documents += 1;
      bytes += document.length;
    },
    contents: (): Contents => ({ documents, bytes, sha256: hash.copy().digest('hex') }),
  };
}
