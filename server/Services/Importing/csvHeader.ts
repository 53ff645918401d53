import type { z } from 'zod';
import { AppError } from '../../errors/AppError.ts';
import { readRecords } from './csvRecords.ts';
import type { InputFile } from './inputFile.ts';
import { readLines } from './lines.ts';

const SEPARATORS = [',', ';', '\t'] as const;
/** How Excel is told the separator, in a line before the header. */
const SEPARATOR_LINE = /^"?sep=(.)"?$/i;

/** How the records of a CSV file are to be read. */
export interface CsvHeader {
  /** The line it begins in, from 1; the rows come after it. */
  readonly line: number;
  readonly separator: string;
  /** In the order of the file; names that stand there twice are not among those of the schema. */
  readonly columns: readonly string[];
}

/**
 * Reads the names of the columns, and finds the separator by them: comma, semicolon or tab.
 * @throws AppError VALIDATION_FAILED when the file is empty, or the header lacks a column that the
 * schema does not call optional, or names one of the schema's twice.
 */
export async function readHeader(input: InputFile, schema: z.ZodObject): Promise<CsvHeader> {
  const known = Object.keys(schema.shape);
  const candidates = await headersOf(input);
  const headers = candidates.toSorted((a, b) => countKnown(b, known) - countKnown(a, known));
  const [header] = headers;
  if (header === undefined) {
    throw new AppError('VALIDATION_FAILED', `${input.path} is empty. ${namesOf(schema)}`);
  }
  const { columns } = header;
  const missing = requiredColumns(schema).filter((name) => !columns.includes(name));
  const twice = known.filter((name) => columns.indexOf(name) !== columns.lastIndexOf(name));
  if (missing.length + twice.length === 0) return header;
  const problem =
    missing.length > 0
      ? `lacks the column ${missing.join(', ')}`
      : `names the column ${twice.join(', ')} twice`;
  throw new AppError(
    'VALIDATION_FAILED',
    `The header of ${input.path} ${problem}. ${namesOf(schema)}`,
  );
}

/** The header as each separator would have it; none for an empty file. */
async function headersOf(input: InputFile): Promise<CsvHeader[]> {
  let announced: string | undefined;
  for await (const { text } of readLines(input)) {
    announced = SEPARATOR_LINE.exec(text.trim())?.[1];
    break;
  }
  const headers: CsvHeader[] = [];
  for (const separator of announced === undefined ? SEPARATORS : [announced]) {
    for await (const { line, fields } of readRecords(readLines(input), separator)) {
      if (announced !== undefined && line === 1) continue;
      headers.push({ line, separator, columns: fields ?? [] });
      break;
    }
  }
  return headers;
}

function countKnown({ columns }: CsvHeader, known: readonly string[]): number {
  return known.filter((name) => columns.includes(name)).length;
}

function requiredColumns(schema: z.ZodObject): string[] {
  return Object.entries(schema.shape)
    .filter(([, column]) => !(column as z.ZodType).safeParse(undefined).success)
    .map(([name]) => name);
}

function namesOf(schema: z.ZodObject): string {
  const required = requiredColumns(schema);
  const optional = Object.keys(schema.shape).filter((name) => !required.includes(name));
  const also = optional.length === 0 ? '' : `, and may name ${optional.join(',')}`;
  return `Its first line must name the columns ${required.join(',')}${also}.`;
}
