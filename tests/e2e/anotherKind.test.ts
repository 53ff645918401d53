import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectDir } from '../../scripts/project.mjs';
import { parseSettings } from '../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../server/config/mongoConn.ts';
import { connectRedis } from '../../server/config/queueRedisConn.ts';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { removeKeys } from '../../server/Services/BackgroundJobs/queues/prefixKeys.ts';
import { environmentOf } from '../environmentOf.ts';
import { SILENT } from '../integration/core/installation.ts';
import { type LocalServer, startLocalServer } from '../integration/localServer.ts';
import { ownPort } from '../ownPort.ts';
import { COMPILING_MS, codeOfGuide, complaints, copyOfServer } from './guideTree.ts';

const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';
const name = `another-kind-${randomUUID().slice(0, 8)}`;
const MONGODB_URI = `${process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500'}/${name}`;
const QUEUE_PREFIX = `{${name}}`;
const ADMIN = { email: 'admin@example.com', password: 'a-long-test-password' };
const CATALOGUE = 'server/Services/BackgroundJobs/queues/catalogue.ts';
const LINE = 'one line of the catalogue';
const FOLDER = '../jobs/exchangeRate/exchangeRate';

describe('the kind of docs/another-kind.md', () => {
  let folder: string;
  let code: Map<string, string>;
  let verdict: string;
  const asked: string[] = [];
  let service: LocalServer;
  const settings = { MONGODB_URI, REDIS_URL, QUEUE_PREFIX };
  const redis = connectRedis(parseSettings(settings), 'producer', SILENT);
  const children: ReturnType<typeof spawn>[] = [];

  beforeAll(async () => {
    folder = await copyOfServer();
    code = await codeOfGuide('another-kind.md');
    service = await startLocalServer(({ url = '' }, response) => {
      asked.push(url);
      const status = url.endsWith('1999-01-01') ? 404 : 200;
      response.writeHead(status).end(JSON.stringify({ rate: 1.25 }));
    });
    for (const [file, text] of code) {
      if (file === LINE) continue;
      await mkdir(dirname(join(folder, file)), { recursive: true });
      // A schedule that is due each second need not be waited for.
      const local = text
        .replace('https://rates.example.com', service.url)
        .replace('0 6 * * *', '* * * * * *');
      await writeFile(join(folder, file), local);
    }
    const catalogue = await readFile(join(folder, CATALOGUE), 'utf8');
    const imports = [
      `import { exchangeRateJob } from '${FOLDER}.job.ts';`,
      `import { exchangeRateSchedule } from '${FOLDER}.schedule.ts';`,
    ].join('\n');
    const list = 'export const catalogue: Catalogue = [';
    const changed = catalogue.replace(list, `${list}\n  ${code.get(LINE)}`);
    await writeFile(join(folder, CATALOGUE), `${imports}\n${changed}`);
    verdict = await complaints(folder);
    await connectMongo({ uri: MONGODB_URI });
  }, COMPILING_MS);

  afterAll(async () => {
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
    await removeKeys(redis, QUEUE_PREFIX);
    redis.disconnect();
    await mongoose.connection.dropDatabase();
    await disconnectMongo();
    await service.stop();
    await rm(folder, { recursive: true });
  });

  function start(
    script: string,
    args: readonly string[] = [],
    more: Readonly<Record<string, string>> = {},
  ): ReturnType<typeof spawn> {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: folder,
      env: environmentOf({ LOG_LEVEL: 'error', ...settings, ...more }),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    return child;
  }
  const compiled = (file: string) => join(folder, 'dist/server', file);

  it('is one folder and one line, besides the route of one’s own, and compiles', () => {
    expect([...code.keys()].map((file) => file.replace(/[^/]*\.ts$/, ''))).toEqual([
      ...Array(3).fill('server/Services/BackgroundJobs/jobs/exchangeRate/'),
      LINE,
      'server/routes/',
    ]);
    expect(code.get(LINE)?.trim().split('\n')).toHaveLength(1);
    expect(verdict).toBe('');
  });

  it('is asked for by REST and by its schedule, and done by a worker', async () => {
    const port = await ownPort();
    start(compiled('api/server.js'), [], {
      PORT: String(port),
      JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-and-more',
      ...{ ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password },
    });
    start(compiled('Services/BackgroundJobs/worker.js'));
    const send = async (method: string, path: string, body?: unknown, token = '') => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const nobody: Awaited<ReturnType<typeof send>> = { status: 0, body: {} };
    const login = () => send('POST', '/app/auth/login', ADMIN).catch(() => nobody);
    await expect.poll(async () => (await login()).status, { timeout: 30_000 }).toBe(200);
    const token = String((await login()).body.token);

    const refused = await send('POST', '/app/jobs/exchange-rate', { payload: { day: 'x' } }, token);
    expect(refused.status).toBe(400);
    const ask = (day: string) =>
      send('POST', '/app/jobs/exchange-rate', { payload: { day } }, token);
    const { body } = await ask('2026-11-22');
    const { body: unknown } = await ask('1999-01-01');
    const job = async (jobId: unknown) =>
      (await send('GET', `/app/job-status/status/job/${jobId}`, undefined, token)).body;
    await expect
      .poll(() => job(body.jobId), { timeout: 30_000 })
      .toMatchObject({ status: 'completed', result: { rate: 1.25, effects: 1 }, effects: 1 });
    await expect
      .poll(() => job(unknown.jobId), { timeout: 30_000 })
      .toMatchObject({ status: 'failed', attempts: 1, error: { code: 'NO_RATE' } });
    expect(asked).toContain('/rates/2026-11-22');

    const ofSlots = () =>
      JobStatusModel.countDocuments({
        key: { $regex: '^exchange-rate-daily@' },
        status: 'completed',
      });
    await expect.poll(ofSlots, { timeout: 30_000 }).toBeGreaterThan(0);
  });

  it('is enqueued by an Express route of one’s own', async () => {
    const script = join(projectDir, 'tests/integration/core/processes/ownRoute.mjs');
    const { stdout } = start(script, [folder]);
    const [port] = await once(stdout ?? process.stdin, 'data');
    const url = `http://127.0.0.1:${String(port).trim()}/rates/2026-11-23`;
    const response = await fetch(url, { method: 'POST' });
    expect(response.status).toBe(202);
    const { jobId } = (await response.json()) as { jobId: string };
    expect(await JobStatusModel.findById(jobId).lean()).toMatchObject({
      ...{ kind: 'exchange-rate', unique: '2026-11-23', payload: { day: '2026-11-23' } },
    });
  });
});
