import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { AuthController } from '../controllers/AuthController.ts';
import { ROLES } from '../models/AccountModel.ts';
import { MAX_PASSWORD_LENGTH } from '../Services/Auth/passwords.ts';
import { defineRoute, type Route } from './route.ts';
import { instant } from './schemas.ts';

const credentials = z
  .strictObject({
    email: z.string().trim().toLowerCase().pipe(z.email('is not an e-mail address').max(254)),
    password: z.string().min(1).max(MAX_PASSWORD_LENGTH),
  })
  .meta({ id: 'Credentials' });

const login = z
  .object({
    token: z.string().meta({ description: 'Send it as "Authorization: Bearer <token>"' }),
    expiresAt: instant,
    role: z.enum(ROLES),
  })
  .meta({ id: 'Login' });

/** Logging in; `limiters` bound how often it may fail. */
export function authRoutes(controller: AuthController, limiters: RequestHandler[]): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/app/auth/login',
      tag: 'Auth',
      summary: 'Log in',
      guard: 'anyone',
      limiters,
      body: credentials,
      responses: { 200: login },
      errors: ['INVALID_CREDENTIALS', 'MONGODB_UNAVAILABLE'],
      handle: ({ body }) => controller.login(body),
    }),
  ];
}
