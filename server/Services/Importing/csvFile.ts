import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import { AppError } from '../../errors/AppError.ts';
import { type Line, readLines } from './lines.ts';
import type { Refuse } from './refusals.ts';

export interface CsvRow<Row> {
  /** Of the file, from 1: the header stands in line 1. */
  readonly line: number;
  readonly row: Row;
  /** The part of the file that was read so far, 0 to 1. */
  readonly progress: number;
}

/**
 * The rows of a CSV file that fit `schema`, whose keys are the columns; every other line is refused
 * with its reasons, and the next one read. A record is one line: a quote that is never closed spoils
 * its own line only. Empty lines are skipped; columns stand in any order, unknown ones are ignored.
 * @throws AppError VALIDATION_FAILED when the header lacks a column or names one twice.
 */
export async function* readCsv<Schema extends z.ZodObject>(
  path: string,
  schema: Schema,
  refuse: Refuse,
): AsyncGenerator<CsvRow<z.output<Schema>>> {
  let columns: readonly string[] | undefined;
  for await (const { number: line, text, progress } of filledLines(path)) {
    if (columns === undefined) {
      columns = columnsOf(path, text, schema);
      continue;
    }
    const record = recordOf(text, columns);
    if (typeof record === 'string') {
      refuse({ line, problems: [{ field: null, reason: record }] });
      continue;
    }
    const parsed = schema.safeParse(record);
    if (parsed.success) {
      yield { line, row: parsed.data, progress };
      continue;
    }
    const { issues } = parsed.error;
    refuse({
      line,
      problems: issues.map((issue) => ({ field: issue.path.join('.'), reason: issue.message })),
    });
  }
}

/**
 * Reads the header only, so that a wrong file is found out before anything is imported.
 * @throws as readCsv does, for an empty file too.
 */
export async function checkCsvHeader(path: string, schema: z.ZodObject): Promise<void> {
  for await (const { text } of filledLines(path)) {
    columnsOf(path, text, schema);
    return;
  }
  columnsOf(path, '', schema);
}

async function* filledLines(path: string): AsyncGenerator<Line> {
  for await (const line of readLines(path)) {
    if (line.text.trim() !== '') yield line;
  }
}

function columnsOf(path: string, text: string, schema: z.ZodObject): readonly string[] {
  const needed = Object.keys(schema.shape);
  const found = splitFields(text) ?? [];
  const missing = needed.filter((name) => !found.includes(name));
  const twice = needed.filter((name) => found.indexOf(name) !== found.lastIndexOf(name));
  if (missing.length + twice.length === 0) return found;
  const problem =
    missing.length > 0
      ? `lacks the column ${missing.join(', ')}`
      : `names the column ${twice.join(', ')} twice`;
  throw new AppError(
    'VALIDATION_FAILED',
    `The header of ${path} ${problem}. Its first line must name the columns ${needed.join(',')}.`,
  );
}

/** @returns a record by column, or what is wrong with the line. */
function recordOf(text: string, columns: readonly string[]): Record<string, string> | string {
  if (text.includes('\uFFFD')) return 'is not UTF-8 text';
  const fields = splitFields(text);
  if (fields === null) return 'has a quote that does not open or close a field';
  if (fields.length !== columns.length) {
    return `has ${fields.length} fields where the header has ${columns.length}`;
  }
  return Object.fromEntries(columns.map((name, position) => [name, fields[position] ?? '']));
}

/** @returns null when the quotes are wrong. */
function splitFields(text: string): string[] | null {
  // Most lines have no quotes, and parsing a line takes twenty times as long.
  if (!text.includes('"')) return text.split(',').map((field) => field.trim());
  try {
    return parse(text, { trim: true })[0] ?? [];
  } catch {
    return null;
  }
}
