import { z } from 'zod';
import { accountEmail } from '../accountEmail.ts';
import { passwordProblem } from '../passwordRules.ts';
import { checked, origins, positiveInt } from '../settingTypes.ts';
import { signingSecretProblem } from '../signingSecret.ts';

/** How the API is reached, and who may ask it. */
export const httpSettings = {
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),

  // HTTP
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  CORS_ORIGINS: origins.optional(),
  JWT_SECRET: checked((secret) => {
    const problem = signingSecretProblem(secret);
    return problem && `${problem}; make one with: openssl rand -hex 32`;
  }).optional(),
  JWT_TTL_MINUTES: positiveInt.max(24 * 60).default(60),
  LOGIN_ATTEMPTS_PER_MINUTE: positiveInt.default(10),
  MAX_EVENT_STREAMS: positiveInt.default(200),
  CRON_MANAGER_API_KEY: z
    .string()
    .min(16, 'has at least 16 characters; make one with: npm run key:rotate')
    .optional(),
  ADMIN_EMAIL: accountEmail.optional(),
  ADMIN_PASSWORD: checked(passwordProblem).optional(),
};
