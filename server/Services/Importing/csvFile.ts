import type { z } from 'zod';
import type { CsvHeader } from './csvHeader.ts';
import { readRecords } from './csvRecords.ts';
import type { InputFile } from './inputFile.ts';
import { readLines } from './lines.ts';
import type { Refuse } from './refusals.ts';

export interface CsvRow<Row> {
  /** The line of the file it begins in, from 1. */
  readonly line: number;
  readonly row: Row;
  /** The part of the file that was read so far, 0 to 1. */
  readonly progress: number;
}

/** A CSV file whose header was read. */
export interface CsvFile<Schema extends z.ZodObject> {
  readonly input: InputFile;
  readonly header: CsvHeader;
  /** Its keys are the columns. */
  readonly schema: Schema;
}

/**
 * The rows of a CSV file that fit its schema; every other record is refused with its reasons, and
 * the next one read. Columns stand in any order, unknown ones are ignored.
 */
export async function* readRows<Schema extends z.ZodObject>(
  { input, header, schema }: CsvFile<Schema>,
  refuse: Refuse,
): AsyncGenerator<CsvRow<z.output<Schema>>> {
  for await (const record of readRecords(readLines(input), header.separator)) {
    const { line, progress } = record;
    if (line <= header.line) continue;
    const fields = record.fields ?? [];
    const problem = record.problem ?? countProblem(fields, header.columns);
    if (problem !== null) {
      refuse({ line, problems: [{ field: null, reason: problem }] });
      continue;
    }
    const named = header.columns.map((name, position) => [name, fields[position] ?? ''] as const);
    const parsed = schema.safeParse(Object.fromEntries(named));
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

function countProblem(fields: readonly string[], columns: readonly string[]): string | null {
  if (fields.length === columns.length) return null;
  return `has ${fields.length} fields where the header has ${columns.length}`;
}
