import { z } from 'zod';

/** What is logged. */
export const logSettings = {
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
  LOG_FILE: z.string().optional(),
};
