import { type Env, missingSettings } from '../config/env.ts';
import type { ApiLogin } from './apiClient.ts';

/**
 * The API of this installation as this machine reaches it, and its first administrator's login.
 * @throws EnvironmentError when no setting names that.
 */
export function ownApi(env: Env): ApiLogin {
  const { ADMIN_EMAIL, ADMIN_PASSWORD } = env;
  if (ADMIN_EMAIL === undefined || ADMIN_PASSWORD === undefined) {
    throw missingSettings('This command', ['ADMIN_EMAIL', 'ADMIN_PASSWORD']);
  }
  return { url: ownUrl(env), email: ADMIN_EMAIL, password: ADMIN_PASSWORD };
}

/** Where the API of this installation answers on this machine. */
export function ownUrl({ HOST, PORT }: Env): string {
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
}
