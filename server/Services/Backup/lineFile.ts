import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/**
 * Writes lines into a new compressed file that only its owner may read, in constant memory.
 * @returns how many lines.
 * @throws Error when the file is there already.
 */
export async function writeLines(path: string, lines: AsyncIterable<string>): Promise<number> {
  const zip = createGzip();
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  zip.pipe(file);
  file.on('error', (error) => zip.destroy(error));
  const written = finished(file);
  // Awaited below; an error that comes before must not count as unheard.
  written.catch(() => undefined);
  let count = 0;
  for await (const line of lines) {
    if (!zip.write(`${line}\n`)) await once(zip, 'drain');
    count += 1;
  }
  zip.end();
  await written;
  return count;
}

/** The lines of such a file, in constant memory. Throws when it is damaged or not there. */
export async function* readLines(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const text = createGunzip();
  file.on('error', (error) => text.destroy(error));
  const broken = new Promise<never>((_, reject) => text.on('error', reject));
  broken.catch(() => undefined);
  file.pipe(text);
  const lines = createInterface({ input: text })[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await Promise.race([lines.next(), broken]);
    if (done === true) break;
    yield value;
  }
  // readline ends quietly where its input broke off.
  if (text.errored !== null) throw text.errored;
}

/** Throws when the file is damaged or not there. To be asked before what it replaces is removed. */
export async function requireWhole(path: string): Promise<void> {
  for await (const _ of readLines(path));
}
