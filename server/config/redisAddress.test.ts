import { expect, it } from 'vitest';
import { parseSettings } from './env.ts';
import { redisAddress } from './redisAddress.ts';

it.each<[Record<string, string>, string]>([
  [{ REDIS_URL: 'redis://user:secret@r' }, 'r:6379/0'],
  [{ REDIS_URL: 'rediss://:secret@[::1]:6380/3' }, '[::1]:6380/3'],
  [{ REDIS_URL: 'redis://r?db=2&password=secret' }, 'r:6379/2'],
  [{ REDIS_HOST: 'r', REDIS_DB: '1', REDIS_PASSWORD: 'secret' }, 'r:6379/1'],
  [{ REDIS_SENTINELS: 's1,s2:7', REDIS_SENTINEL_NAME: 'm' }, 'm/0 by s1:26379,s2:7'],
  [{ REDIS_CLUSTER_NODES: 'n1,n2:7' }, 'n1:6379,n2:7'],
])('Redis of %j is at %s', (source, address) => {
  expect(redisAddress(parseSettings(source))).toBe(address);
});
