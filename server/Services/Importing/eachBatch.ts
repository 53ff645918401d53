import type { z } from 'zod';
import { type CsvFile, type CsvRow, readRows } from './csvFile.ts';
import { inBatches } from './lines.ts';
import type { Progress } from './progress.ts';
import type { Refuse } from './refusals.ts';

const BATCH_SIZE = 1000;

interface Reading {
  readonly refuse: Refuse;
  readonly progress: Progress;
}

/**
 * Reads a file once, its good rows in batches, one after another.
 * @throws AppError VALIDATION_FAILED when the file changes meanwhile; no batch after it is handled.
 */
export async function eachBatch<Schema extends z.ZodObject>(
  file: CsvFile<Schema>,
  { refuse, progress }: Reading,
  handle: (batch: readonly CsvRow<z.output<Schema>>[]) => Promise<void>,
): Promise<void> {
  let rows = 0;
  try {
    for await (const batch of inBatches(readRows(file, refuse), BATCH_SIZE)) {
      await file.input.requireUnchanged();
      await handle(batch);
      rows += batch.length;
      progress.update(batch.at(-1)?.progress ?? 1, rows);
    }
    await file.input.requireUnchanged();
  } finally {
    progress.stop();
  }
}
