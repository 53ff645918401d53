import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startService } from '../../../scripts/services/children.mjs';
import { killableRedis } from '../../../scripts/services/testServices.mjs';
import { requireFitRedis } from '../../../server/composition/redisFitness.ts';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectRedis, type RedisConnection } from '../../../server/config/queueRedisConn.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { openQueues } from '../../../server/Services/BackgroundJobs/queues/queueManager.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';

let dir: string;
let server: Awaited<ReturnType<typeof startService>>;
let redis: RedisConnection;
let env: Env;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hourwork-fitness-'));
  const service = await killableRedis({ dir });
  server = await startService(service, { logFile: `${dir}/log` });
  env = parseSettings({ REDIS_URL: `redis://127.0.0.1:${service.port}` });
  redis = connectRedis(env, 'producer', recordingLogger([]));
  await vi.waitFor(() => redis.ping());
});
afterAll(async () => {
  redis.disconnect();
  await server.stop('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

const unsafe = async () => {
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await redis.config('SET', 'appendonly', 'no');
  await redis.config('SET', 'save', '');
};
const safe = async () => {
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  await redis.config('SET', 'appendonly', 'yes');
};

it('a Redis that may lose jobs is refused in production, unless told otherwise', async () => {
  const lines: LogLine[] = [];
  const logger = recordingLogger(lines);
  await unsafe();
  const production = { NODE_ENV: 'production', ALLOW_UNFIT_REDIS: false } as const;
  await expect(requireFitRedis(redis, production, logger)).rejects.toThrow(
    /maxmemory-policy to noeviction.*appendonly to yes.*ALLOW_UNFIT_REDIS/s,
  );
  await requireFitRedis(redis, { ...production, ALLOW_UNFIT_REDIS: true }, logger);
  lines.length = 0;
  await requireFitRedis(redis, { ...production, NODE_ENV: 'development' }, logger);
  expect(lines.map(({ message }) => message)).toEqual([
    expect.stringContaining('noeviction'),
    expect.stringContaining('appendonly'),
  ]);
  await safe();
  await requireFitRedis(redis, production, logger);
  expect(lines).toHaveLength(2);
});

it('above 80 % of its memory no run is begun, until the limit is raised', async () => {
  const [queue] = openQueues([userDataJob], env, redis).queues;
  await queue?.requireRoom();
  const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  await redis.config('SET', 'maxmemory', String(Math.round(used / 0.9)));
  await expect(queue?.requireRoom()).rejects.toMatchObject({
    code: 'REDIS_NEARLY_FULL',
    message: expect.stringMatching(/used \d\d % of its maxmemory/),
  });
  await redis.config('SET', 'maxmemory', String(used * 4));
  await queue?.requireRoom();
  await queue?.close();
});
