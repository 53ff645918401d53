import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** The part of the file that was read so far, 0 to 1. */
  readonly progress: number;
}

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The lines of a text file, one after another: the whole of it is never in memory.
 * @throws the system's error when the file cannot be read.
 */
export async function* readLines(path: string): AsyncGenerator<Line> {
  const { size } = await stat(path);
  const file = createReadStream(path, { encoding: 'utf8' });
  let number = 0;
  try {
    for await (const line of createInterface({ input: file, crlfDelay: Infinity })) {
      number += 1;
      const text = number === 1 && line.startsWith(BYTE_ORDER_MARK) ? line.slice(1) : line;
      yield { number, text, progress: file.bytesRead / size };
    }
  } finally {
    file.destroy();
  }
}

/** Groups what comes into arrays of `size`; the last may be shorter. */
export async function* inBatches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
