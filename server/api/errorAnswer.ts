import { z } from 'zod';

/** How every error is answered. */
export const errorAnswer = z
  .object({
    error: z.object({
      code: z.string().meta({ description: 'For machines', example: 'NOT_FOUND' }),
      message: z.string().meta({ description: 'For people: what happened, and what to do' }),
      details: z.record(z.string(), z.unknown()).optional(),
      requestId: z.string().meta({ description: 'Finds this request in the log' }),
    }),
  })
  .meta({ id: 'Error' });
