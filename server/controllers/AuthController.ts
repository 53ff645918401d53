import type { Authentication } from '../Services/Auth/authentication.ts';
import { ok } from './reply.ts';

/** Logging in. */
export function createAuthController({ login }: Pick<Authentication, 'login'>) {
  return {
    login: async (credentials: { email: string; password: string }) => ok(await login(credentials)),
  };
}

export type AuthController = ReturnType<typeof createAuthController>;
