import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startService } from '../../../scripts/services/children.mjs';
import { freePort } from '../../../scripts/services/ports.mjs';
import { killableRedis } from '../../../scripts/services/testServices.mjs';
import { warnOfAbsentIndexes } from '../../../server/composition/warnOfAbsentIndexes.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { markRestore } from '../../../server/models/system/RestoreModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';
import { command, type Ended, settingsOf } from '../command.ts';
import { SILENT, useInstallation } from '../core/installation.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';

const installation = useInstallation();
const { redis, env } = installation;
const SECRET = 'a-password-nobody-may-see';

async function doctor(settings: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const PORT = String(await freePort(33_000));
  const own = { PORT, JWT_SECRET: SECRET.repeat(2), ADMIN_PASSWORD: SECRET };
  return command('doctor', [], { settings: { ...settingsOf(installation), ...own, ...settings } });
}

async function settingsFile(text: string, encoding: BufferEncoding): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hourwork-doctor-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, '.env'), text, encoding);
  return join(dir, '.env');
}

const aWorker = (name: string, lastSeenAt: Date) => ({
  ...{ _id: name, host: hostname(), pid: 1, version: '0.1.0', queues: ['user-data'] },
  ...{ runningJobs: 0, memoryBytes: 1, startedAt: new Date(0), lastSeenAt, farewellAt: null },
  expiresAt: new Date(Date.now() + 86_400_000),
});

beforeEach(async () => {
  await WorkerModel.deleteMany({});
  // Seen far in the future: alive however slowly the command starts.
  await WorkerModel.create(aWorker('alive', new Date(Date.now() + 600_000)));
});

describe('npm run doctor', () => {
  it('says of each part that it is well, in a line each, and ends with 0', async () => {
    const { code, text } = await doctor();
    expect(code, text).toBe(0);
    for (const subject of [
      'Node',
      'Settings',
      'Next run',
      'Disk',
      ...['Redis rights', 'Redis', 'Redis memory', 'Redis clock', 'Jobs at work'],
      ...['MongoDB', 'MongoDB clock', 'Restore', 'Shapes', 'Indexes', 'Leases'],
      ...['Workers', 'Prefix'],
    ]) {
      expect(text).toMatch(new RegExp(`^[✔!] ${subject}: .+$`, 'm'));
    }
    expect(text).toMatch(/^! Port: no API serves .*npx pm2 start ecosystem\.config\.js$/m);
    expect(text).not.toContain('✘');
    expect(text).not.toContain(SECRET);
  });

  it('names a restore that was interrupted, and the command that recovers it', async () => {
    await markRestore({
      ...{ token: 't', folder: '/backups/today', process: 'host:1', startedAt: new Date() },
      ...{ queuePrefix: 'p', queuesDue: 'forget', stagedAs: 'restoring-1-' },
    });
    const { code, text } = await doctor();
    await mongoose.connection.dropCollection('restores');
    expect(code).toBe(1);
    expect(text).toMatch(/^✘ Restore: .*\/backups\/today.*npm run restore -- --recover$/m);
  });

  it('reads a settings file of any encoding, and names what was meant by a wrong name', async () => {
    const ENV_FILE = await settingsFile(
      '\ufeffRECONCILE_INTERVAL_MS=1\nLOG_LEVLE=warn\n',
      'utf16le',
    );
    const { text } = await doctor({ ENV_FILE });
    expect(text).toMatch(
      /^! Settings: LOG_LEVLE is no setting\. Did you mean LOG_LEVEL\? {2}→ .+$/m,
    );
    const broken = await settingsFile('\ufeffTIMEZONE=Mars/Olympus\n', 'utf8');
    const refused = await doctor({ ENV_FILE: broken });
    expect(refused.code).toBe(1);
    expect(refused.text).toMatch(/^ {2}TIMEZONE: is not a time zone/m);
    expect(refused.text).toContain(`Mend them in ${broken}`);
  });

  it('says where it looked for a setting that is missing', async () => {
    const settings = { ENV_FILE: '/nowhere/.env', MONGO_URI: 'mongodb://127.0.0.1/db' };
    const { code, text } = await command('schedules', ['release'], { settings });
    expect(code).toBe(1);
    expect(text).toContain('MONGODB_URI');
    expect(text).toContain('/nowhere/.env (there is no such file)');
    expect(text).toContain('MONGO_URI is no setting. Did you mean MONGODB_URI?');
  });

  it('never sends anyone to itself', async () => {
    const nothing = await freePort(35_500);
    const away = { MONGODB_URI: `mongodb://127.0.0.1:${nothing}/away`, REDIS_URL: '' };
    for (const settings of [away, { PORT: 'none' }, { LOG_FILE: '/nowhere/app.log' }]) {
      const { code, text } = await doctor(settings);
      expect(code).toBe(1);
      expect(text).not.toContain('npm run doctor');
    }
  });

  it('names an index that is not there, as an API does at its start, and the command that makes it', async () => {
    const jobs = mongoose.connection.collection('jobstatuses');
    const index = { runId: 1, status: 1, queuedAt: -1, _id: -1 } as const;
    await jobs.dropIndex('runId_1_status_1_queuedAt_-1__id_-1');
    const { code, text } = await doctor();
    const lines: LogLine[] = [];
    await warnOfAbsentIndexes(recordingLogger(lines));
    await jobs.createIndex(index);
    await warnOfAbsentIndexes(recordingLogger(lines));
    expect(lines).toMatchObject([
      {
        level: 'warn',
        message: expect.stringContaining('npm run indexes'),
        fields: { absent: ['JobStatus (runId, status, queuedAt, _id)'] },
      },
    ]);
    expect(code).toBe(1);
    expect(text).toMatch(
      /^✘ Indexes: absent: JobStatus \(runId, status, queuedAt, _id\).*npm run indexes$/m,
    );
  });

  it('says that Redis is away, and looks at the rest, without the password', async () => {
    const port = await freePort(34_000);
    const { code, text } = await doctor({ REDIS_URL: `redis://:${SECRET}@127.0.0.1:${port}` });
    expect(code).toBe(1);
    expect(text).toMatch(/^✘ Redis: .*away.*REDIS_URL/m);
    expect(text).toMatch(/^✔ Indexes: /m);
    expect(text).not.toContain(SECRET);
  });

  it('names what mends this Redis, each setting of it, and asks for the password', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'hourwork-doctor-'));
    const service = await killableRedis({ dir });
    const server = await startService(service, { logFile: `${dir}/log` });
    onTestFinished(async () => {
      await server.stop('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    });
    const REDIS_URL = `redis://127.0.0.1:${service.port}`;
    const unfit = connectRedis({ ...env, REDIS_URL }, 'worker', SILENT);
    await unfit.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await unfit.config('SET', 'appendonly', 'no');
    await unfit.config('SET', 'save', '');
    await unfit.config('SET', 'requirepass', SECRET);
    unfit.disconnect();
    const { text } = await doctor({ REDIS_URL: `redis://:${SECRET}@127.0.0.1:${service.port}` });
    const cli = `redis-cli -h 127.0.0.1 -p ${service.port} --askpass`;
    expect(text).toContain(`${cli} config set maxmemory-policy noeviction`);
    expect(text).toContain(`${cli} config set appendonly yes`);
    expect(text).not.toContain(SECRET);
  });

  it('lists the rights that its user lacks in Redis, and the line that grants all', async () => {
    const user = 'doctor-without-info';
    await redis.call('ACL', 'SETUSER', user, 'on', `>${SECRET}`, '~*', '+@all', '-@dangerous');
    onTestFinished(async () => void (await redis.call('ACL', 'DELUSER', user)));
    const { host } = new URL(env.REDIS_URL ?? '');
    const { code, text } = await doctor({ REDIS_URL: `redis://${user}:${SECRET}@${host}` });
    expect(code).toBe(1);
    expect(text).toContain('✘ Redis rights: missing: +info');
    expect(text).toContain(`ACL SETUSER ${user} on >PASSWORD ~${env.QUEUE_PREFIX}:* +@all`);
    expect(text).not.toContain(SECRET);
  });

  it('says whose the prefix is, when it is another database’s', async () => {
    const owner = { installation: 'another', database: 'shop at db:27017', since: '' };
    const key = `${env.QUEUE_PREFIX}:owner`;
    await redis.set(key, JSON.stringify(owner));
    const { code, text } = await doctor();
    await redis.del(key);
    expect(code).toBe(1);
    expect(text).toMatch(/^✘ Prefix: .*belongs to the database shop at db:27017.*npm run rebind$/m);
  });

  it('says which setting a refused connection is about', async () => {
    const { text } = await doctor({ REDIS_URL: `${env.REDIS_URL}/99` });
    expect(text).toMatch(/^✘ Redis: Redis refuses the connection: .*whose number REDIS_URL names/m);
  });

  it('says why a Redis of several addresses is away', async () => {
    const port = await freePort(34_500);
    const { text } = await doctor({ REDIS_URL: `redis://localhost:${port}` });
    expect(text).toMatch(/^✘ Redis: Redis is away: .*ECONNREFUSED/m);
  });

  it('says that MongoDB is away, and looks at the rest, without the password', async () => {
    const port = await freePort(35_000);
    const uri = `mongodb://root:${SECRET}@127.0.0.1:${port}/away`;
    const { code, text } = await doctor({ MONGODB_URI: uri });
    expect(code).toBe(1);
    expect(text).toMatch(/^✘ MongoDB: .*away/m);
    expect(text).toMatch(/^✔ Redis: /m);
    expect(text).not.toContain(SECRET);
  });

  it('says that the clock was set back behind the newest run', async () => {
    await RunModel.create({
      ...{ _id: 'ahead', runSeq: 1, trigger: 'manual', mode: 'queue', kind: 'user-data' },
      ...{ input: {}, batchSize: 50, status: 'completed' },
      startedAt: new Date(Date.now() + 600_000),
    });
    const { code, text } = await doctor();
    await RunModel.deleteMany({});
    expect(code).toBe(1);
    expect(text).toMatch(/^✘ Clock: .*clock stands \d+ s before .*ahead.*timedatectl/m);
  });

  it('tells of leases, jobs and workers left behind', async () => {
    await RunModel.create({
      ...{ _id: 'left', runSeq: 1, trigger: 'manual', mode: 'queue', kind: 'user-data' },
      ...{ input: {}, batchSize: 50, status: 'enumerating' },
      lease: { token: 'dead', expiresAt: new Date(0) },
      startedAt: new Date(0),
    });
    await redis.lpush(installation.keyOf('active'), 'left-behind');
    await WorkerModel.create(aWorker('silent', new Date(Date.now() - 60_000)));
    const { code, text } = await doctor();
    await redis.del(installation.keyOf('active'));
    await RunModel.deleteMany({});
    expect(code, 'warnings').toBe(0);
    expect(text).toMatch(/^! Leases: .*run left.*npx pm2 restart api-server$/m);
    expect(text).toMatch(/^! Jobs at work: 1 job.*npx pm2 restart worker$/m);
    expect(text).toMatch(/^! Workers: 1 alive.*silent.*npx pm2 logs worker/m);
  });

  it('is not well without any worker, nor with a stranger at the port', async () => {
    await WorkerModel.deleteMany({});
    const stranger = createServer((_request, answer) => answer.end('hello')).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port } = stranger.address() as AddressInfo;
    const { code, text } = await doctor({ PORT: String(port) });
    stranger.close();
    expect(code).toBe(1);
    expect(text).toMatch(/^✘ Workers: none .*npx pm2 start ecosystem\.config\.js$/m);
    expect(text).toMatch(new RegExp(`^✘ Port: something else .*lsof -i :${port}$`, 'm'));
  });

  it('lists the settings that cannot be used, and not their values', async () => {
    const { code, text } = await doctor({ WORKER_CONCURRENCY: 'many', JWT_SECRET: 'short' });
    expect(code).toBe(1);
    expect(text).toMatch(
      /✘ Settings: [\s\S]*WORKER_CONCURRENCY[\s\S]*JWT_SECRET|JWT_SECRET[\s\S]*WORKER_CONCURRENCY/,
    );
    expect(text).not.toContain('many');
  });
});
