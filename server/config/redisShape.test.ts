import { describe, expect, it } from 'vitest';
import { EnvironmentError, parseSettings } from './env.ts';
import { redisShape } from './redisShape.ts';

const SENTINEL = { REDIS_SENTINELS: 's1:26379,s2:26380,s3', REDIS_SENTINEL_NAME: 'mymaster' };
const CLUSTER = { REDIS_CLUSTER_NODES: 'n1:7001, n2, [::1]:7003' };

const namedIn = (source: Record<string, string>): string[] => {
  try {
    parseSettings(source);
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    return [...(error as Error).message.matchAll(/^ {2}([A-Z_]+): \S/gm)].map(
      ([, name]) => `${name}`,
    );
  }
  return [];
};

describe('where Redis is', () => {
  it('is read as hosts and ports, with the usual port where none stands', () => {
    expect(parseSettings(SENTINEL).REDIS_SENTINELS).toEqual([
      { host: 's1', port: 26_379 },
      { host: 's2', port: 26_380 },
      { host: 's3', port: 26_379 },
    ]);
    expect(parseSettings(CLUSTER).REDIS_CLUSTER_NODES).toEqual([
      { host: 'n1', port: 7001 },
      { host: 'n2', port: 6379 },
      { host: '::1', port: 7003 },
    ]);
  });

  it.each(['n1:0', 'n1:65536', 'n1:port', 'n1,,n2', 'redis://n1:6379', 'user@n1', ','])(
    'cannot be "%s"',
    (text) => {
      expect(namedIn({ REDIS_CLUSTER_NODES: text })).toEqual(['REDIS_CLUSTER_NODES']);
      expect(namedIn({ ...SENTINEL, REDIS_SENTINELS: text })).toEqual(['REDIS_SENTINELS']);
    },
  );

  it.each([
    [{}, null],
    [{ REDIS_URL: 'redis://r' }, 'single'],
    [{ REDIS_HOST: 'r' }, 'single'],
    [SENTINEL, 'sentinel'],
    [CLUSTER, 'cluster'],
  ])('has with %j the shape %s', (source, shape) => {
    expect(redisShape(parseSettings(source))).toBe(shape);
  });
});

describe('REDIS_URL', () => {
  it.each(['redis://r', 'redis://r/', 'rediss://u:p@r:6380/15', 'redis://r?db=3'])(
    'may be %s',
    (REDIS_URL) => expect(namedIn({ REDIS_URL })).toEqual([]),
  );

  it.each([
    ['redis://r:6379/hourwork', /number of a database/],
    ['redis://r:6379/0/1', /number of a database/],
    ['redis://r?db=hourwork', /number of a database/],
    ['redis://user:pass#word@r', /percent-encoded/],
    ['http://r', /starts with redis/],
  ])('cannot be %s', (REDIS_URL, sentence) => {
    expect(namedIn({ REDIS_URL })).toEqual(['REDIS_URL']);
    expect(() => parseSettings({ REDIS_URL })).toThrow(sentence);
  });
});

describe('settings that contradict each other are told by name', () => {
  it.each<[string, Record<string, string>]>([
    ['REDIS_CLUSTER_NODES', { ...CLUSTER, REDIS_URL: 'redis://r' }],
    ['REDIS_CLUSTER_NODES', { ...CLUSTER, ...SENTINEL }],
    ['REDIS_CLUSTER_NODES', { ...CLUSTER, REDIS_HOST: 'r' }],
    ['REDIS_SENTINELS', { ...SENTINEL, REDIS_URL: 'redis://r' }],
    ['REDIS_SENTINELS', { ...SENTINEL, REDIS_HOST: 'r' }],
    ['REDIS_SENTINEL_NAME', { ...SENTINEL, REDIS_SENTINEL_NAME: '' }],
    ['REDIS_SENTINEL_NAME', { REDIS_SENTINEL_NAME: 'mymaster' }],
    ['REDIS_SENTINEL_PASSWORD', { REDIS_SENTINEL_PASSWORD: 'for no sentinel' }],
    ['REDIS_DB', { ...CLUSTER, REDIS_DB: '1' }],
    ['QUEUE_PREFIX', { ...CLUSTER, QUEUE_PREFIX: 'hourwork' }],
    ['QUEUE_PREFIX', { ...CLUSTER, QUEUE_PREFIX: '{}hourwork' }],
  ])('%s of %j', (name, source) => {
    expect(namedIn(source)).toEqual([name]);
  });

  it.each<Record<string, string>>([
    { REDIS_URL: 'redis://r', REDIS_HOST: 'r' },
    { ...SENTINEL, REDIS_DB: '3', QUEUE_PREFIX: 'plain', REDIS_SENTINEL_PASSWORD: 'theirs' },
    { ...CLUSTER, QUEUE_PREFIX: 'staging-{hourwork}' },
  ])('and %j does not', (source) => {
    expect(namedIn(source)).toEqual([]);
  });
});
