import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService } from '../../scripts/services/children.mjs';
import { findDocumentdb, postgresProcess } from '../../scripts/services/documentdb.mjs';
import { ferretdbProcess } from '../../scripts/services/ferretdb.mjs';
import { findMongoEngine } from '../../scripts/services/mongo.mjs';
import { mongodProcess } from '../../scripts/services/mongod.mjs';
import { freePort, isListening } from '../../scripts/services/ports.mjs';
import { findRedisServer, redisProcess } from '../../scripts/services/redis.mjs';
import type { ServiceProcess } from '../../scripts/services/serviceProcess.mjs';
import { ownPort } from '../ownPort.ts';
import { type Checkout, makeCheckout } from './checkout.ts';

const quiet = () => undefined;
const cleanUps: (() => Promise<unknown>)[] = [];
let home: string;
let checkout: Checkout;
let ports: { redis: number; mongo: number; postgres: number };
let kind: 'mongod' | 'ferretdb';

const mongoWithout = () => `mongodb://127.0.0.1:${ports.mongo}/hourwork`;
const redisWithout = () => `redis://127.0.0.1:${ports.redis}`;

/** What a server says to one command, or why it refuses. */
async function mongoSays(uri: string): Promise<unknown> {
  const connection = mongoose.createConnection(uri, { serverSelectionTimeoutMS: 5_000 });
  try {
    await connection.asPromise();
    return await connection.collection('kept').findOne({ _id: { $exists: true } });
  } catch (error) {
    return (error as Error).message;
  } finally {
    await connection.destroy();
  }
}

async function redisSays(url: string): Promise<unknown> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', quiet);
  try {
    return await redis.get('kept');
  } catch (error) {
    return (error as Error).message;
  } finally {
    redis.disconnect();
  }
}

/** The data folders as they were before the services had passwords. */
async function withoutPasswords(local: string): Promise<ServiceProcess[]> {
  const redis = redisProcess({
    program: await findRedisServer(quiet),
    dir: join(local, 'redis'),
    port: ports.redis,
  });
  const engine = await findMongoEngine(quiet);
  kind = engine.kind;
  if (engine.kind === 'mongod') {
    const dir = join(local, 'mongod');
    return [redis, mongodProcess({ program: engine.mongod, dir, port: ports.mongo })];
  }
  const dir = join(local, 'postgres');
  const { documentdb } = engine;
  // A new data folder trusts everyone on this machine until it is prepared.
  await promisify(execFile)('cp', ['--archive', join(documentdb, 'data'), dir]);
  const postgres = postgresProcess({
    documentdb,
    dir,
    port: ports.postgres,
    durable: true,
    passwords: { postgres: 'not set yet' },
  });
  return [
    redis,
    { ...postgres, prepare: async () => undefined },
    ferretdbProcess({
      program: engine.ferretdb,
      dir: join(local, 'ferretdb'),
      port: ports.mongo,
      postgresUrl: `postgres://postgres@127.0.0.1:${ports.postgres}/postgres`,
    }),
  ];
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'hourwork-pm2-'));
  cleanUps.push(() => rm(home, { recursive: true, force: true }));
  const PORT = String(await ownPort());
  checkout = await makeCheckout({ pm2Home: home, settings: { PORT } }, cleanUps);
  const redis = await freePort(29_500 + Math.floor(Math.random() * 400));
  const mongo = await freePort(redis + 1);
  ports = { redis, mongo, postgres: await freePort(mongo + 1) };
});

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

describe('the services that npm start provides', () => {
  it('get passwords when they had none, and keep their data', async () => {
    const local = join(checkout.dir, '.local');
    await mkdir(local, { mode: 0o755 });
    const services = await withoutPasswords(local);
    const running = [];
    for (const service of services) {
      running.push(await startService(service, { logFile: join(home, `${service.name}.log`) }));
    }
    const before = new Redis(redisWithout());
    await before.set('kept', 'of before');
    before.disconnect();
    const connection = await mongoose.createConnection(mongoWithout()).asPromise();
    await connection.collection('kept').insertOne({ of: 'before' });
    await connection.destroy();
    for (const service of running.reverse()) await service.stop();
    const state = {
      redis: { port: ports.redis, url: redisWithout() },
      mongo: { kind, mongo: ports.mongo, postgres: ports.postgres, uri: mongoWithout() },
    };
    writeFileSync(join(local, 'state.json'), JSON.stringify(state), { mode: 0o644 });
    const env = `# mine\nREDIS_URL=${redisWithout()}\nLOG_LEVEL=info\nMONGODB_URI=${mongoWithout()}\n`;
    writeFileSync(join(checkout.dir, '.env'), env);

    const { code, output } = await checkout.npm(['start', '--', '--no-sample', '--no-run']);
    expect(code, output).toBe(0);
    const { REDIS_URL = '', MONGODB_URI = '' } = checkout.env();
    expect(await redisSays(REDIS_URL)).toBe('of before');
    expect(await mongoSays(MONGODB_URI)).toMatchObject({ of: 'before' });
    expect(readFileSync(join(checkout.dir, '.env'), 'utf8')).toContain(
      '# mine\nREDIS_URL=redis://:',
    );
    expect(output).not.toContain(new URL(REDIS_URL).password);
  });

  it('let nobody of this machine in who does not know the password', async () => {
    expect(await redisSays(redisWithout())).toMatch(/NOAUTH/);
    expect(await mongoSays(mongoWithout())).toMatch(/requires authentication/);
    const wrong = `mongodb://hourwork:wrong@127.0.0.1:${ports.mongo}/hourwork?authSource=admin`;
    expect(await mongoSays(wrong)).toMatch(/Authentication failed/);
    if (kind === 'ferretdb') expect(await psqlSays()).toMatch(/no password supplied/);
  });

  it('keep their secrets in files and arguments that nobody else can read', async () => {
    const local = join(checkout.dir, '.local');
    const secrets = [checkout.env().REDIS_URL ?? '', checkout.env().MONGODB_URI ?? ''].map(
      (url) => new URL(url).password,
    );
    const { postgresPassword } = JSON.parse(readFileSync(join(local, 'state.json'), 'utf8')).mongo;
    secrets.push(postgresPassword);
    expect(statSync(local).mode & 0o777).toBe(0o700);
    for (const path of readdirSync(local, { recursive: true, encoding: 'utf8' })) {
      const file = join(local, path);
      const isSecret = statSync(file).isFile() && holds(readFileSync(file, 'latin1'), secrets);
      if (isSecret) expect([path, statSync(file).mode & 0o077]).toEqual([path, 0]);
    }
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
    expect(holds(stdout, secrets)).toBe(false);
  });

  it('are started again by hand with what they know', async () => {
    expect((await checkout.npm(['stop'])).code).toBe(0);
    expect(await isListening(ports.redis)).toBe(false);
    const { code, output } = await checkout.npm(['start', '--', '--no-sample', '--no-run']);
    expect(code, output).toBe(0);
    expect(await mongoSays(checkout.env().MONGODB_URI ?? '')).toMatchObject({ of: 'before' });
  });
});

const holds = (text: string, secrets: readonly string[]) =>
  secrets.some((secret) => text.includes(secret));

/** What PostgreSQL says to its administrator without a password. */
async function psqlSays(): Promise<string> {
  const root = join(await findDocumentdb(quiet), 'root');
  const psql = ['/usr/lib/postgresql/18/bin/psql', '-h', '127.0.0.1', '-p', String(ports.postgres)];
  const args = [root, ...psql, '-U', 'postgres', '--no-password', '-c', 'select 1'];
  return promisify(execFile)('chroot', args).then(
    ({ stdout }) => stdout,
    (error: Error) => error.message,
  );
}
