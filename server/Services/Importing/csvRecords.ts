import { CsvError, parse } from 'csv-parse/sync';
import { type Line, MAX_LINE_LENGTH } from './lines.ts';

/** One record of a CSV file: its fields, or what is wrong with it. */
export interface CsvRecord {
  /** The line it begins in, from 1. */
  readonly line: number;
  readonly fields: readonly string[] | null;
  readonly problem: string | null;
  /** The part of the file that was read so far, 0 to 1. */
  readonly progress: number;
}

const BAD_QUOTE = 'has a quote that does not open or close a field';
const NOT_UTF8 = 'is not UTF-8 text';
const TOO_LONG = `is longer than ${MAX_LINE_LENGTH.toLocaleString('en')} characters`;

/**
 * The records of a CSV file (RFC 4180), spaces around fields removed. A quoted field may hold line
 * breaks. A quote that is never closed, or closed wrongly, spoils only the line that opens it.
 * Records without any content are left out: empty lines, and Excel's rows of separators.
 */
export async function* readRecords(
  lines: AsyncIterable<Line>,
  separator: string,
): AsyncGenerator<CsvRecord> {
  const source = rereadable(lines);
  for (;;) {
    const first = await source.next();
    if (first === undefined) return;
    const { number: line, progress } = first;
    if (first.isTooLong) {
      yield { line, fields: null, problem: TOO_LONG, progress };
      continue;
    }
    const fields = await fieldsFrom(first, source, separator);
    if (fields === null) yield { line, fields, problem: BAD_QUOTE, progress };
    else if (fields.some((field) => field.includes('\uFFFD'))) {
      yield { line, fields: null, problem: NOT_UTF8, progress };
    } else if (fields.some((field) => field !== '')) {
      yield { line, fields, problem: null, progress };
    }
  }
}

interface Rereadable {
  next(): Promise<Line | undefined>;
  /** Has these lines read again, before all others. */
  putBack(lines: readonly Line[]): void;
}

function rereadable(lines: AsyncIterable<Line>): Rereadable {
  const iterator = lines[Symbol.asyncIterator]();
  /** The next one last. */
  const again: Line[] = [];
  return {
    async next() {
      const line = again.pop();
      if (line !== undefined) return line;
      const read = await iterator.next();
      return read.done === true ? undefined : read.value;
    },
    putBack(back) {
      for (const line of back.toReversed()) again.push(line);
    },
  };
}

/** The fields of the record that begins with `first`; null, and no other line taken, if its quotes are wrong. */
async function fieldsFrom(
  first: Line,
  source: Rereadable,
  separator: string,
): Promise<readonly string[] | null> {
  // Most lines have no quotes, and parsing a line takes twenty times as long.
  if (!first.text.includes('"')) return first.text.split(separator).map((field) => field.trim());
  const fields = parseRecord(first.text, separator);
  if (fields !== 'open') return fields;

  const taken: Line[] = [];
  let text = first.text;
  // Quotes within a field are doubled, so that an even number of them means that all are closed.
  let quotes = countQuotes(first.text);
  while (quotes % 2 === 1 && text.length <= MAX_LINE_LENGTH) {
    const next = await source.next();
    if (next === undefined) break;
    taken.push(next);
    if (next.isTooLong) break;
    text += `\n${next.text}`;
    quotes += countQuotes(next.text);
  }
  const joined = quotes % 2 === 0 ? parseRecord(text, separator) : null;
  if (joined !== null && joined !== 'open') return joined;
  source.putBack(taken);
  return null;
}

/** @returns null when the quotes are wrong, `open` when the last field is still to be closed. */
function parseRecord(text: string, separator: string): string[] | 'open' | null {
  try {
    const records = parse(text, { trim: true, delimiter: separator, record_delimiter: '\n' });
    return records.length === 1 ? (records[0] ?? null) : null;
  } catch (error) {
    const isOpen = error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED';
    return isOpen ? 'open' : null;
  }
}

function countQuotes(text: string): number {
  return text.split('"').length - 1;
}
