import { AppError } from '../errors/AppError.ts';
import type { Role } from '../models/AccountModel.ts';
import type { Authentication, Identity, Login } from '../Services/Auth/authentication.ts';
import { type KeptCookie, ok, type Reply } from './reply.ts';
import { SESSION } from './session.ts';

const DEVICE = { name: 'hourwork_device', path: '/app/auth' } as const;

interface LoginRequest {
  credentials: { email: string; password: string };
  address: string;
  cookies: ReadonlyMap<string, string>;
}

interface Session {
  email: string;
  role: Role;
  expiresAt: Date;
}

/** Logging in and out; the device's cookie tells at the next login that this device is known. */
export function createAuthController({ login, identify, endTokens }: Authentication) {
  async function loggedIn({ credentials, address, cookies }: LoginRequest) {
    const body = await login(credentials, { address, deviceToken: cookies.get(DEVICE.name) });
    const { token: value, expiresAt: expires } = body.device;
    return { body, device: { ...DEVICE, value, expires } };
  }

  return {
    async login(request: LoginRequest): Promise<Reply<200, Login>> {
      const { body, device } = await loggedIn(request);
      return { ...ok(body), cookies: [device] };
    },

    /** The same for a browser: the token goes into a cookie that no script can read. */
    async openSession(request: LoginRequest): Promise<Reply<200, Session>> {
      const { body, device } = await loggedIn(request);
      const { token: value, expiresAt, role } = body;
      if (role === 'user') {
        throw new AppError(
          'FORBIDDEN',
          'This account stands for one user of the work and may see that user’s jobs through the API alone. The dashboard is for accounts of the roles admin and viewer.',
        );
      }
      const session = { ...SESSION, value, expires: expiresAt };
      const { email } = request.credentials;
      return { ...ok({ email, role, expiresAt }), cookies: [device, session] };
    },

    session: ({ email, role }: Identity) => ok({ email, role }),

    closeSession: () => ({ ...ok({ ended: 'this session' as const }), cookies: [noSession()] }),

    /** From a browser alone: a program that holds a token is not to end those of people by mistake. */
    async closeAll({ accountId }: Identity, cookies: ReadonlyMap<string, string>) {
      const session = await identify(cookies.get(SESSION.name) ?? '');
      if (session.accountId !== accountId) {
        throw new AppError('FORBIDDEN', 'The cookie is a session of another account.');
      }
      await endTokens(accountId);
      return { ...ok({ ended: 'all sessions' as const }), cookies: [noSession()] };
    },
  };
}

function noSession(): KeptCookie {
  return { ...SESSION, value: '', expires: new Date(0) };
}

export type AuthController = ReturnType<typeof createAuthController>;
