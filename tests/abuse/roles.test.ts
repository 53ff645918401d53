import { expect, it } from 'vitest';
import type { Role } from '../../server/models/AccountModel.ts';
import type { Guard } from '../../server/routes/route.ts';
import { fill } from './apiDocument.ts';
import { useAttackedApi } from './attackedApi.ts';

const api = await useAttackedApi();

type Caller = Role | undefined;
const CALLERS: readonly Caller[] = [undefined, 'user', 'viewer', 'admin'];

/** Who may call what. `ownUserOrReader` is asked for another user here. */
const MAY: Readonly<Record<Guard, readonly Caller[]>> = {
  anyone: CALLERS,
  ownUserOrReader: ['viewer', 'admin'],
  reader: ['viewer', 'admin'],
  administrator: ['admin'],
  keyOrAdministrator: ['admin'],
};

/** What else an operation asks of those whom its guard lets through, and how it refuses them. */
const OWN_REFUSALS = new Map([
  // For a browser's session alone, which no token is.
  ['POST /app/auth/logout-everywhere', 401],
  // Whoever calls proves by a signature, or by the token that was agreed upon, who they are.
  ['POST /api/v1/commerce/whatsapp/webhook', 403],
  ['GET /api/v1/commerce/whatsapp/webhook', 403],
]);

/** How the same resource might be reached past a guard. */
function disguises(target: string): string[] {
  return [
    `${target}/`,
    `/${target}`,
    target.replace('/app/', '/app//'),
    target.replace('/app/', '/./app/'),
    target.replace('/app/', '/docs/../app/'),
    target.replace('/app/', '/docs/%2e%2e/app/'),
    target.replace('/app/', '/%61pp/'),
    target.replace('/app/', '/APP/'),
    `http://127.0.0.1${target}`,
    `${target}?token=x`,
    `${target};x=1`,
    `${target}%00`,
    `${target}%20`,
    `${target}.json`,
  ];
}

/** Words by which other servers let themselves be told another target, method or caller. */
const OVERRIDES = {
  'X-Original-URL': '/health/live',
  'X-Rewrite-URL': '/health/live',
  'X-HTTP-Method-Override': 'GET',
  'X-Forwarded-User': 'admin',
  'X-Real-IP': '127.0.0.1',
  Forwarded: 'for=127.0.0.1;proto=https',
};

it('every operation is open to those whom its guard names, and to nobody else', async () => {
  expect(api.operations.length).toBeGreaterThan(20);
  for (const operation of api.operations) {
    for (const caller of CALLERS) {
      const { method, name, guard } = operation;
      const { status } = await api.attack(
        { method, target: api.targetOf(operation, 'other') },
        caller,
      );
      const who = `${name} as ${caller ?? 'nobody'}`;
      const refused = [401, 403].filter((each) => each !== OWN_REFUSALS.get(name));
      if (MAY[guard].includes(caller)) expect(refused, who).not.toContain(status);
      else expect(status, who).toBe(caller === undefined ? 401 : 403);
    }
  }
});

it('nothing is done for anyone but an administrator, or who has a key or a signature', () => {
  const acting = api.operations.filter(({ method }) => method !== 'GET');
  const open = acting.filter(({ guard }) => guard !== 'administrator');
  // Whoever is logged in may log out.
  expect(open.map(({ name }) => name).sort()).toEqual([
    'POST /api/cron-manager',
    'POST /api/v1/commerce/whatsapp/webhook',
    'POST /app/auth/login',
    'POST /app/auth/logout',
    'POST /app/auth/logout-everywhere',
    'POST /app/auth/session',
  ]);
});

it('a user sees themself, and of another not even whether there is one', async () => {
  const own = api.operations.filter(({ guard }) => guard === 'ownUserOrReader');
  expect(own.length).toBeGreaterThan(0);
  for (const operation of own) {
    const { status } = await api.attack({ target: api.targetOf(operation) }, 'user');
    expect(status, operation.name).toBe(200);
    const absent = fill(operation.path, { userId: 'there-is-no-such-user' });
    expect((await api.attack({ target: absent }, 'user')).status).toBe(403);
  }
});

it('no other spelling of a target and no header leads past a guard', async () => {
  for (const operation of api.operations.filter(({ guard }) => guard !== 'anyone')) {
    const { method } = operation;
    for (const target of disguises(api.targetOf(operation, 'other'))) {
      const { status } = await api.attack({ method, target, headers: OVERRIDES });
      expect(status, `${method} ${target}`).toBeGreaterThanOrEqual(400);
    }
  }
});

it('no method but its own does anything at a path', async () => {
  for (const path of new Set(api.operations.map(({ path }) => path))) {
    const methods = api.operations.filter((each) => each.path === path).map(({ method }) => method);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'POST', 'GET']) {
      if (methods.includes(method)) continue;
      const operation = api.operations.find((each) => each.path === path);
      if (operation === undefined) throw new Error(path);
      // A literal path may have a neighbour with a parameter, which it then is.
      const { status } = await api.attack(
        { method, target: api.targetOf(operation, 'other') },
        'admin',
      );
      expect([404, 405], `${method} ${path}`).toContain(status);
    }
  }
});
