import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import { AppError } from '../../../errors/AppError.ts';

/**
 * The rows of a CSV file of the sample, by the names in its first line.
 * @throws AppError INTERNAL that names file and line when a row is not as it should be.
 */
export async function csvRows<Row>(path: string, schema: z.ZodType<Row>): Promise<Row[]> {
  const rows: unknown[] = parse(await readFile(path), { columns: true });
  return rows.map((row, position) => {
    const parsed = schema.safeParse(row);
    if (parsed.success) return parsed.data;
    const problem = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new AppError(
      'INTERNAL',
      `Row ${position + 1} of ${path} is not of the sample (${problem.join('; ')}): restore the file as it was.`,
    );
  });
}
