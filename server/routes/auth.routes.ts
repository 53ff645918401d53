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

export const session = z
  .object({
    email: z.string(),
    role: z.enum(ROLES),
    expiresAt: instant.meta({ description: 'The browser asks for the password again then' }),
  })
  .meta({ id: 'Session' });

/** Logging in and out. */
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
    defineRoute({
      method: 'post',
      path: '/app/auth/session',
      tag: 'Auth',
      summary: 'Log in from a browser',
      description:
        'Sets the cookie hourwork_session, which no script can read, in place of answering a token. With it, whatever changes something needs the header X-Hourwork-Session, of any value. For the roles admin and viewer.',
      guard: 'anyone',
      body: credentials,
      responses: { 200: session },
      errors: ['INVALID_CREDENTIALS', 'FORBIDDEN', 'MONGODB_UNAVAILABLE'],
      handle: ({ body: credentials, address, cookies }) =>
        controller.openSession({ credentials, address, cookies }),
    }),
    defineRoute({
      method: 'get',
      path: '/app/auth/session',
      tag: 'Auth',
      summary: 'Who is logged in',
      guard: 'reader',
      responses: { 200: session.omit({ expiresAt: true }).meta({ id: 'WhoIsLoggedIn' }) },
      handle: ({ account }) => controller.session(account),
    }),
    defineRoute({
      method: 'post',
      path: '/app/auth/logout',
      tag: 'Auth',
      summary: 'Take the browser’s cookie away',
      guard: 'reader',
      responses: { 200: z.object({ ended: z.literal('this session') }) },
      handle: () => controller.closeSession(),
    }),
    defineRoute({
      method: 'post',
      path: '/app/auth/logout-everywhere',
      tag: 'Auth',
      summary: 'End every token and session of this account',
      description: 'From a browser’s session alone.',
      guard: 'reader',
      responses: { 200: z.object({ ended: z.literal('all sessions') }) },
      handle: ({ account, cookies }) => controller.closeAll(account, cookies),
    }),
  ];
}
