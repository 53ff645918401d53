import { expect, it } from 'vitest';
import { envSchema } from './env.ts';
import { misspelt } from './misspelt.ts';

const SETTINGS = Object.keys(envSchema.shape);

it.each([
  ['REDIS_ULR', 'REDIS_URL'],
  ['REDIS_URI', 'REDIS_URL'],
  ['REDISURL', 'REDIS_URL'],
  ['WORKER_CONCURENCY', 'WORKER_CONCURRENCY'],
  ['JWT_SECRETT', 'JWT_SECRET'],
  ['MONGO_URI', 'MONGODB_URI'],
  ['log_level', 'LOG_LEVEL'],
])('%s was meant to be %s', (name, meant) => {
  expect(misspelt([name], SETTINGS)).toEqual([{ name, meant }]);
});

it('two letters count only while nothing else names the setting', () => {
  expect(misspelt(['MONGO_URI', 'MONGODB_URI'], SETTINGS)).toEqual([]);
  expect(misspelt(['REDIS_URLS', 'REDIS_URL'], SETTINGS)).toHaveLength(1);
});

it.each([
  'PATH',
  'HOME',
  'HOSTNAME',
  'PWD',
  'SHLVL',
  'LANG',
  'TERM',
  'USER',
  'PM2_HOME',
  'npm_config_port',
  'COMPOSE_PROJECT_NAME',
  'ENV_FILE',
  'NODE_OPTIONS',
])('%s is another program’s', (name) => {
  expect(misspelt([name], SETTINGS)).toEqual([]);
});
