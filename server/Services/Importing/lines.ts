import type { InputFile, TextChunk } from './inputFile.ts';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without the line break; empty where it is too long. */
  readonly text: string;
  /** Longer than MAX_LINE_LENGTH: it was not kept. */
  readonly isTooLong: boolean;
  /** The part of the file that was read so far, 0 to 1. */
  readonly progress: number;
}

/** In UTF-16 units. Bounds the memory that a file without line breaks takes. */
export const MAX_LINE_LENGTH = 1_048_576;

/**
 * The lines of a text file, one after another: the whole of it is never in memory. A line ends with
 * LF, CRLF or CR; other characters that Unicode calls line breaks are text.
 */
export async function* readLines(input: Pick<InputFile, 'chunks'>): AsyncGenerator<Line> {
  let number = 0;
  let rest = '';
  let isTooLong = false;
  let progress = 0;
  for await (const chunk of withWholeLineEnds(input.chunks())) {
    progress = chunk.progress;
    const [first = '', ...others] = chunk.text.split(/\r\n|[\n\r]/);
    let line = rest + first;
    for (const next of others) {
      number += 1;
      isTooLong ||= line.length > MAX_LINE_LENGTH;
      yield { number, text: isTooLong ? '' : line, isTooLong, progress };
      isTooLong = false;
      line = next;
    }
    isTooLong ||= line.length > MAX_LINE_LENGTH;
    rest = isTooLong ? '' : line;
  }
  if (rest !== '' || isTooLong) yield { number: number + 1, text: rest, isTooLong, progress };
}

/** Chunks of which none ends between a CR and its LF. */
async function* withWholeLineEnds(chunks: AsyncIterable<TextChunk>): AsyncGenerator<TextChunk> {
  let held = '';
  let progress = 0;
  for await (const chunk of chunks) {
    progress = chunk.progress;
    const text = held + chunk.text;
    held = text.endsWith('\r') ? '\r' : '';
    yield { text: held === '' ? text : text.slice(0, -1), progress };
  }
  if (held !== '') yield { text: held, progress };
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
