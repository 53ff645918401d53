import { z } from 'zod';
import { accountEmail } from '../config/accountEmail.ts';
import { MAX_PASSWORD_UNITS } from '../config/passwordRules.ts';
import type { AuthController } from '../controllers/AuthController.ts';
import { ROLES } from '../models/AccountModel.ts';
import { defineRoute, type Route } from './route.ts';
import { instant } from './schemas.ts';

const credentials = z
  .strictObject({
    email: accountEmail.meta({ format: 'email', example: 'admin@example.com' }),
    password: z.string().min(1).max(MAX_PASSWORD_UNITS),
  })
  .meta({ id: 'Credentials' });

const login = z
  .object({
    token: z.string().meta({ description: 'Send it as "Authorization: Bearer <token>"' }),
    expiresAt: instant,
    role: z.enum(ROLES),
  })
  .meta({ id: 'Login' });

/** Logging in. */
export function authRoutes(controller: AuthController): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/app/auth/login',
      tag: 'Auth',
      summary: 'Log in',
      description:
        'Sets the cookie hourwork_device: a device that sends it is not held up by what others guess.',
      guard: 'anyone',
      body: credentials,
      responses: { 200: login },
      errors: ['INVALID_CREDENTIALS', 'MONGODB_UNAVAILABLE'],
      handle: ({ body: credentials, address, cookies }) =>
        controller.login({ credentials, address, cookies }),
    }),
  ];
}
