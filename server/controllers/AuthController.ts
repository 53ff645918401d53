import type { Authentication, Login } from '../Services/Auth/authentication.ts';
import { ok, type Reply } from './reply.ts';

const PATH = '/app/auth';
const DEVICE = 'hourwork_device';

interface LoginRequest {
  credentials: { email: string; password: string };
  address: string;
  cookies: ReadonlyMap<string, string>;
}

/** Logging in; the cookie tells at the next login that this device is known. */
export function createAuthController({ login }: Pick<Authentication, 'login'>) {
  return {
    login: async ({ credentials, address, cookies }: LoginRequest): Promise<Reply<200, Login>> => {
      const body = await login(credentials, { address, deviceToken: cookies.get(DEVICE) });
      const { token: value, expiresAt: expires } = body.device;
      return { ...ok(body), cookie: { name: DEVICE, value, path: PATH, expires } };
    },
  };
}

export type AuthController = ReturnType<typeof createAuthController>;
