import { z } from 'zod';
import { isJsonPointer, valueAt } from './jsonPointer.ts';
import {
  jsonOf,
  type Reading,
  type ServiceAnswer,
  shortened,
  UnexpectedAnswer,
} from './reading.ts';

/** The fields that an answer must have, by JSON pointer, and perhaps what they must be. */
export const jsonSettings = z.strictObject({
  fields: z
    .array(
      z.strictObject({
        pointer: z
          .string()
          .max(500)
          .refine(isJsonPointer, 'is no JSON pointer such as /data/status'),
        equals: z.union([z.string().max(200), z.number(), z.boolean(), z.null()]).optional(),
      }),
    )
    .min(1)
    .max(50),
});
type JsonSettings = z.infer<typeof jsonSettings>;

/**
 * Reads the expected fields. One that is not there makes the answer none; one with another value than
 * expected means that the service is down. An empty value is valid, and nothing to read.
 * @throws UnexpectedAnswer
 */
export function readJsonFields({ body }: ServiceAnswer, { fields }: JsonSettings): Reading {
  const document = jsonOf(body);
  const found = fields.map((field) => ({ ...field, value: valueAt(document, field.pointer) }));
  const absent = found.filter(({ value }) => value === undefined);
  if (absent.length > 0) {
    const pointers = absent.map(({ pointer }) => `"${pointer}"`).join(', ');
    throw new UnexpectedAnswer(`The answer lacks ${pointers}.`);
  }
  const wrong = found.filter(({ value, equals }) => equals !== undefined && value !== equals);
  return {
    status: wrong.length === 0 ? 'ok' : 'down',
    summary:
      wrong.length === 0
        ? `${found.length} of ${found.length} fields as expected`
        : shortened(wrong.map(({ pointer }) => `${pointer} is not as expected`).join('; ')),
    facts: found.map(({ pointer, value }) => ({
      name: pointer || '(all)',
      value: shortened(typeof value === 'string' ? value : JSON.stringify(value)),
    })),
    certificateDaysLeft: null,
    effects: found.filter(({ value }) => !isEmpty(value)).length,
  };
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
