import { z } from 'zod';
import { ADAPTERS } from '../../models/ServiceModel.ts';

/** What somebody says of a service, field by field; the adapter's settings are checked by the adapter. */
export const serviceFields = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .refine((text) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text), 'has control characters'),
  category: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/, 'is no category such as shared_hosting')
    .optional()
    .meta({ description: 'shared_hosting, which the schedule reads, if absent' }),
  adapter: z.enum(ADAPTERS).meta({
    description:
      'statuspage: the summary that Statuspage and its work-alikes serve; json: expected fields of a JSON answer; uptime: whether it answers, how quickly, and its certificate',
  }),
  url: z.string().min(1).max(2_048).meta({ example: 'https://status.example.com' }),
  settings: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({
      description:
        'json: {fields: [{pointer, equals?}]}; uptime: {degradedAboveMs?, certificateDays?}; statuspage: none',
      example: { fields: [{ pointer: '/status', equals: 'ok' }] },
    }),
  apiKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,1000}$/, 'has characters that a header cannot carry')
    .nullable()
    .optional()
    .meta({ description: 'Sealed, and never shown; null takes it away' }),
  apiKeyHeader: z
    .string()
    .regex(/^x-[a-z0-9-]{1,62}$/i, 'is no header such as X-Api-Key')
    .nullable()
    .optional()
    .meta({ description: 'Carries the key instead of Authorization: Bearer' }),
  active: z.boolean().optional(),
};

/** A service as somebody asks for it; what is absent is the default. */
export const serviceInput = z.strictObject(serviceFields);
export type ServiceInput = z.output<typeof serviceInput>;
