import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { ownPort } from '../ownPort.ts';
import { NO_USER_DATA_SLOT } from '../scheduleSettings.ts';
import { type Checkout, makeCheckout } from './checkout.ts';

const QUICK_MS = 30_000;
const SERVICES = /^hourwork-(redis|mongo|postgres|ferretdb)$/;

const cleanUps: (() => Promise<unknown>)[] = [];
let home: string;
let port: number;
let checkout: Checkout;

/** Everything PM2 keeps there, by name, with process ids. */
async function running(which: Checkout = checkout): Promise<Map<string, number[]>> {
  const pids = new Map<string, number[]>();
  if (!existsSync(join(home, 'pm2.pid'))) return pids;
  const output = await which.pm2.run('jlist');
  const json = output.split('\n').findLast((line) => line.startsWith('[')) ?? '[]';
  for (const { name, pid } of JSON.parse(json) as { name: string; pid: number }[]) {
    pids.set(name, [...(pids.get(name) ?? []), pid]);
  }
  return pids;
}

const localServices = async () =>
  [...(await running()).keys()].filter((name) => SERVICES.test(name));

/** Of the users: the other scheduled jobs may have theirs. */
async function lastRuns(): Promise<unknown[]> {
  const api = await checkout.api();
  const { body } = await api.get('/app/job-status/runs');
  return (body.items as { kind: string }[]).filter(({ kind }) => kind === 'user-data');
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'hourwork-pm2-'));
  cleanUps.push(() => rm(home, { recursive: true, force: true }));
  port = await ownPort();
  checkout = await makeCheckout(
    { pm2Home: home, settings: { PORT: String(port), ...NO_USER_DATA_SLOT } },
    cleanUps,
  );
});

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

describe('npm start', () => {
  it('refuses what it does not know, and begins nothing', async () => {
    const { code, output } = await checkout.npm(['start', '--', '--no-smaple']);
    expect(code).toBe(2);
    expect(output).toContain('--no-smaple');
    expect(output).toContain('npm start -- --no-sample');
    expect(existsSync(join(checkout.dir, '.env'))).toBe(false);
  });

  it('when a step fails, says which and what to do, and leaves nothing running', async () => {
    const squatter = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { code, output } = await checkout.npm(['start', '--', '--no-sample', '--no-run']);
    await new Promise((resolve) => squatter.close(resolve));
    expect(code).toBe(1);
    expect(output).toContain('✘ api-server and worker');
    expect(output).toContain(`Port ${port}, which PORT names, is taken by something else.`);
    expect(output).toMatch(/to do: .*set another PORT/);
    expect(await running()).toEqual(new Map());
  });

  it('writes secrets of its own into .env, for its owner alone, and starts everything', async () => {
    const before = readFileSync(join(checkout.dir, '.env'), 'utf8');
    const { code, output } = await checkout.npm(['start', '--', '--no-sample', '--no-run']);
    expect(code, output).toBe(0);
    const { JWT_SECRET = '', ADMIN_EMAIL, REDIS_URL, MONGODB_URI } = checkout.env();
    expect(JWT_SECRET).toMatch(/^[0-9a-f]{64}$/);
    expect(ADMIN_EMAIL).toBe('admin@example.com');
    expect(REDIS_URL).toMatch(/^redis:\/\/:[0-9a-f]{48}@127\.0\.0\.1:\d+$/);
    expect(MONGODB_URI).toMatch(/^mongodb:\/\/hourwork:[0-9a-f]{48}@127\.0\.0\.1:\d+\/hourwork\?/);
    expect(statSync(join(checkout.dir, '.env')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(checkout.dir, '.env'), 'utf8').startsWith(before)).toBe(true);

    const apps = await running();
    expect(apps.get('api-server')).toHaveLength(1);
    expect(apps.get('worker')).toHaveLength(2);
    expect(apps.get('worker-http')).toHaveLength(1);
    expect([...apps.keys()]).not.toContain('hourwork-sample-services');
    expect(checkout.env().EGRESS_ALLOW).toBeUndefined();
    const api = await checkout.api();
    const ready = await api.get('/health/ready');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ok', mode: 'queue' } });
    expect(output).toContain(`http://127.0.0.1:${port}`);
    expect(output).toContain(checkout.env().ADMIN_PASSWORD);
    expect(output).toMatch(/next run +\d{4}-02-29T00:00:00Z \(0 0 29 2 \*, UTC\)/);
    expect(output).not.toContain('npm run why');
    expect(await lastRuns()).toEqual([]);
    const log = readFileSync(join(checkout.dir, 'logs', 'app.log'), 'utf8');
    expect(log).toContain('"service":"api"');
    expect(log).toContain('"message":"Processor registered","service":"worker"');
  });

  it('hands nothing of npm on to the processes, and keeps services in the namespace local', async () => {
    const output = await checkout.pm2.run('jlist');
    const json = output.split('\n').findLast((line) => line.startsWith('[')) ?? '[]';
    const apps = JSON.parse(json) as { name: string; pm2_env: Record<string, unknown> }[];
    for (const { name, pm2_env } of apps) {
      const { env, namespace } = pm2_env as { env: Record<string, string>; namespace: string };
      expect(Object.keys(env).filter((key) => key.startsWith('npm_'))).toEqual([]);
      expect(namespace).toBe(SERVICES.test(name) ? 'local' : 'default');
    }
  });

  it('again: changes nothing, tells no password, and is quick', async () => {
    const pids = await running();
    const env = readFileSync(join(checkout.dir, '.env'), 'utf8');
    const began = performance.now();
    const { code, output } = await checkout.npm(['start', '--', '--no-sample']);
    expect(code, output).toBe(0);
    expect(performance.now() - began).toBeLessThan(QUICK_MS);
    expect(await running()).toEqual(pids);
    expect(readFileSync(join(checkout.dir, '.env'), 'utf8')).toBe(env);
    expect(output).not.toContain(checkout.env().ADMIN_PASSWORD);
    expect(output).toContain('No users yet');
  });

  it('does a run for the users there are, and afterwards only shows it', async () => {
    const users = [
      'externalId,email,timezone,active',
      'a,a@example.com,UTC,true',
      'b,b@example.com,UTC,true',
    ];
    const purchases = ['externalId,purchasedAt,amount,items', 'a,2026-01-01,10.00,1'];
    writeFileSync(join(checkout.dir, 'users.csv'), `${users.join('\n')}\n`);
    writeFileSync(join(checkout.dir, 'purchases.csv'), `${purchases.join('\n')}\n`);
    const imported = await checkout.npm(['run', 'import', '--', 'users.csv', 'purchases.csv']);
    expect(imported.code, imported.output).toBe(0);

    const first = await checkout.npm(['start', '--', '--no-sample']);
    expect(first.code, first.output).toBe(0);
    expect(first.output).toContain('npm run why -- a ');
    expect(first.output).toMatch(/Run m-\w+: completed, .* balanced/);
    expect(first.output).toMatch(/│\s+2 │\s+2 │\s+0 │\s+0 │/);
    expect(await lastRuns()).toHaveLength(1);

    const second = await checkout.npm(['start', '--', '--no-sample']);
    expect(second.code).toBe(0);
    expect(second.output).toMatch(/Run m-\w+: completed, .* balanced/);
    expect(await lastRuns()).toHaveLength(1);

    const third = await checkout.npm(['start', '--', '--no-sample', '--run']);
    expect(third.code, third.output).toBe(0);
    expect(await lastRuns()).toHaveLength(2);
  });

  it('takes changed settings over into the processes that run', async () => {
    const before = await running();
    writeFileSync(join(checkout.dir, '.env'), 'LOG_LEVEL=warn\n', { flag: 'a' });
    const { code, output } = await checkout.npm(['start', '--', '--no-sample']);
    expect(code, output).toBe(0);
    expect(output).toContain('reloaded');
    const after = await running();
    expect(after.get('worker')).toHaveLength(2);
    expect(after.get('worker')).not.toEqual(before.get('worker'));
    expect(after.get('hourwork-redis')).toEqual(before.get('hourwork-redis'));
  });

  it('brings each local service back after kill -9, with its data', async () => {
    for (const name of await localServices()) {
      const [pid = 0] = (await running()).get(name) ?? [];
      process.kill(pid, 'SIGKILL');
      await waitUntil(
        async () => {
          const [now] = (await running()).get(name) ?? [];
          return now !== undefined && now !== pid && now !== 0;
        },
        { timeoutMs: 60_000, what: `${name} to be started again` },
      );
      await waitUntil(
        async () => {
          const answer = await (await checkout.api()).get('/health/ready');
          return answer.body.status === 'ok' && (await lastRuns()).length === 2;
        },
        { timeoutMs: 60_000, intervalMs: 200, what: `the API to serve after ${name} was killed` },
      );
    }
  });

  it('does not touch another checkout in the same PM2, and says what to do', async () => {
    const before = await running();
    const other = await makeCheckout({ pm2Home: home }, cleanUps);
    const { code, output } = await other.npm(['start', '--', '--no-sample', '--no-run']);
    expect(code).toBe(1);
    expect(output).toContain(`of ${checkout.dir}`);
    expect(output).toContain('export PM2_HOME=');
    const stopped = await other.npm(['stop']);
    expect(stopped.output).toContain('nothing was running');
    expect(await running()).toEqual(before);
  });
});

describe('npm stop', () => {
  it('ends everything, and PM2 that was begun for it; the data stay', async () => {
    const { code, output } = await checkout.npm(['stop']);
    expect(code, output).toBe(0);
    expect(existsSync(join(home, 'pm2.pid'))).toBe(false);

    const again = await checkout.npm(['start', '--', '--no-sample']);
    expect(again.code, again.output).toBe(0);
    expect(await lastRuns()).toHaveLength(2);
  });

  it('leaves nothing behind when npm start is interrupted', async () => {
    await checkout.npm(['stop']);
    const interruption = new AbortController();
    const starting = checkout.npm(['start', '--', '--no-sample'], interruption.signal);
    await waitUntil(async () => (await localServices()).length > 0, {
      timeoutMs: 60_000,
      what: 'npm start to have begun a service',
    });
    interruption.abort();
    const { code, output } = await starting;
    expect(code).not.toBe(0);
    expect(output).toContain('Interrupted.');
    expect(await running()).toEqual(new Map());
  });
});
