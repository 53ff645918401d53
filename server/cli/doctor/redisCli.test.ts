import { Redis } from 'ioredis';
import { afterAll, expect, it } from 'vitest';
import { parseSettings } from '../../config/env.ts';
import { redisCli } from './redisCli.ts';

const redis = new Redis({ lazyConnect: true });
afterAll(() => redis.disconnect());

it.each<[Record<string, string>, string]>([
  [{ REDIS_URL: 'redis://10.0.0.1' }, 'redis-cli -h 10.0.0.1 -p 6379 ping'],
  [
    { REDIS_URL: 'rediss://bob:se%2Fcret@redis.example:6380/2' },
    'redis-cli -h redis.example -p 6380 --user bob --askpass --tls ping',
  ],
  [{ REDIS_URL: 'redis://:secret@[::1]:6380' }, 'redis-cli -h ::1 -p 6380 --askpass ping'],
  [
    { REDIS_HOST: '10.0.0.2', REDIS_PORT: '6381', REDIS_PASSWORD: 'secret' },
    'redis-cli -h 10.0.0.2 -p 6381 --askpass ping',
  ],
  [
    { REDIS_CLUSTER_NODES: '10.0.0.1:7001,10.0.0.2:7002', REDIS_PASSWORD: 'secret' },
    'redis-cli --askpass --cluster call 10.0.0.1:7001 ping',
  ],
])('of %j is %s', (settings, line) => {
  expect(redisCli(parseSettings(settings), redis)('ping')).toBe(line);
});
