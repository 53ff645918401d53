import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseEnv } from 'node:util';
import { projectDir } from '../../scripts/project.mjs';
import { type ApiClient, login } from './apiClient.ts';
import { type OwnPm2, ownPm2 } from './pm2.ts';

/** What is made, not written: a fresh clone has none of it. */
const MADE = ['.git', '.local', '.env', 'node_modules', 'coverage', 'logs'];

interface Ended {
  code: number | null;
  /** Standard output and standard error, as they came. */
  output: string;
}

/**
 * A copy of this checkout in a folder of its own, as a fresh clone whose packages and build are
 * there already. Its PM2 lives in `pm2Home`.
 */
export interface Checkout {
  readonly dir: string;
  readonly pm2: OwnPm2;
  /** Runs one of the npm scripts to its end; `signal` may cut it off. */
  npm(args: readonly string[], signal?: AbortSignal): Promise<Ended>;
  /** What .env names. */
  env(): Record<string, string>;
  /** The API, as the administrator that .env names. */
  api(): Promise<ApiClient>;
}

interface CheckoutOptions {
  pm2Home: string;
  /** Settings in the environment of every command. */
  settings?: Readonly<Record<string, string>>;
}

/** Makes one; what undoes it goes to `cleanUps`. */
export async function makeCheckout(
  { pm2Home, settings = {} }: CheckoutOptions,
  cleanUps: (() => Promise<unknown>)[],
): Promise<Checkout> {
  const dir = await mkdtemp(join(tmpdir(), 'hourwork-clone-'));
  cleanUps.push(() => rm(dir, { recursive: true, force: true }));
  cpSync(projectDir, dir, {
    // A lock file that looks newer than node_modules would have it installed anew, through the link.
    preserveTimestamps: true,
    recursive: true,
    filter: (source) => !MADE.includes(relative(projectDir, source).split('/')[0] ?? ''),
  });
  symlinkSync(join(projectDir, 'node_modules'), join(dir, 'node_modules'));
  mkdirSync(pm2Home, { recursive: true });

  const { PATH, HOME, LANG, XDG_CACHE_HOME } = process.env;
  const known = Object.entries({ PATH, HOME, LANG, XDG_CACHE_HOME }).filter(([, value]) => value);
  const environment = { ...Object.fromEntries(known), PM2_HOME: pm2Home, ...settings };

  const envFile = join(dir, '.env');
  const env = () =>
    (existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8')) : {}) as Record<string, string>;
  let client: ApiClient | undefined;
  const checkout: Checkout = {
    dir,
    pm2: ownPm2(pm2Home, {}),
    env,
    async npm(args, signal) {
      const child = spawn('npm', args, { cwd: dir, env: environment, detached: true });
      const chunks: string[] = [];
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (chunk) => chunks.push(chunk));
      }
      // As Ctrl-C on a terminal does, to all that runs in the foreground.
      signal?.addEventListener('abort', () => process.kill(-(child.pid ?? 0), 'SIGINT'));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output: chunks.join('') };
    },
    async api() {
      const { PORT, ADMIN_EMAIL = '', ADMIN_PASSWORD = '' } = env();
      const credentials = { email: ADMIN_EMAIL, password: ADMIN_PASSWORD };
      // Logins are limited; a token outlives the processes.
      client ??= await login(`http://127.0.0.1:${PORT}`, credentials);
      return client;
    },
  };
  cleanUps.push(() => checkout.npm(['stop']));
  return checkout;
}
