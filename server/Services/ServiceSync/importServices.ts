import { z } from 'zod';
import { AppError } from '../../errors/AppError.ts';
import { readRows } from '../Importing/csvFile.ts';
import { readHeader } from '../Importing/csvHeader.ts';
import { openInput } from '../Importing/inputFile.ts';
import type { Refuse } from '../Importing/refusals.ts';
import { serviceFields } from './serviceInput.ts';
import type { Services } from './services.ts';

const text = z.string().optional();
const columns = z.object({
  ...{ name: z.string(), adapter: z.string(), url: z.string() },
  ...{ category: text, settings: text, apiKey: text, apiKeyHeader: text, active: text },
});

const json = z.string().transform((given, context): unknown => {
  try {
    return JSON.parse(given);
  } catch {
    context.addIssue({ code: 'custom', message: 'is no JSON' });
    return z.NEVER;
  }
});

const row = z.object({
  ...serviceFields,
  settings: json.pipe(z.record(z.string(), z.unknown())).optional(),
  active: z.stringbool('is neither true nor false').optional(),
});

export interface ServiceTotals {
  added: number;
  changed: number;
}

/**
 * Brings services in from a CSV file with the columns name, adapter and url, and perhaps category, settings (as
 * JSON), apiKey, apiKeyHeader and active. A name that is known is changed: an empty field leaves its value.
 * A line that cannot be is refused with its reasons, and the others come in.
 * @throws AppError VALIDATION_FAILED for a file that is none; `DATA_KEY_MISSING` where a key is to be kept.
 */
export async function importServices(
  path: string,
  { services, refuse }: { services: Services; refuse: Refuse },
): Promise<ServiceTotals> {
  const input = await openInput(path);
  const totals = { added: 0, changed: 0 };
  try {
    const header = await readHeader(input, columns);
    for await (const { line, row: fields } of readRows(
      { input, header, schema: columns },
      refuse,
    )) {
      const given = Object.entries(fields).filter(([, value]) => value !== '');
      const parsed = row.safeParse(Object.fromEntries(given));
      if (!parsed.success) {
        const { issues } = parsed.error;
        refuse({
          line,
          problems: issues.map(({ path: at, message }) => ({
            field: at.join('.'),
            reason: message,
          })),
        });
        continue;
      }
      try {
        totals[await services.put(parsed.data)] += 1;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'VALIDATION_FAILED') throw error;
        refuse({ line, problems: [{ field: null, reason: error.message }] });
      }
    }
  } finally {
    await input.close();
  }
  return totals;
}
