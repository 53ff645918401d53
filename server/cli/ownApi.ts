import { type Env, missingSettings } from '../config/env.ts';
import type { ApiLogin } from './apiClient.ts';

/**
 * The API of this installation as this machine reaches it, and its first administrator's login.
 * @throws EnvironmentError when no setting names that.
 */
export function ownApi({ HOST, PORT, ADMIN_EMAIL, ADMIN_PASSWORD }: Env): ApiLogin {
  if (ADMIN_EMAIL === undefined || ADMIN_PASSWORD === undefined) {
    throw missingSettings('This command', ['ADMIN_EMAIL', 'ADMIN_PASSWORD']);
  }
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
  return { url, email: ADMIN_EMAIL, password: ADMIN_PASSWORD };
}
