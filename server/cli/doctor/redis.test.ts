import { expect, it } from 'vitest';
import type { Misfit } from '../../Services/BackgroundJobs/queues/redisFacts.ts';
import { remedy } from './redis.ts';

const cli = (command: string) => `redis-cli -p 7 ${command}`;
const NOEVICTION = 'redis-cli -p 7 config set maxmemory-policy noeviction';
const APPENDONLY = 'redis-cli -p 7 config set appendonly yes';
const REWRITE = 'redis-cli -p 7 config rewrite';
const INSTALL = 'install Redis 7 there, or name another in .env';

it.each<[Misfit[], string]>([
  [['version'], INSTALL],
  [['evictionPolicy'], `${NOEVICTION} && ${REWRITE}`],
  [['persistent'], `${APPENDONLY} && ${REWRITE}`],
  [['evictionPolicy', 'persistent'], `${NOEVICTION} && ${APPENDONLY} && ${REWRITE}`],
  [['version', 'persistent'], `${INSTALL}; ${APPENDONLY} && ${REWRITE}`],
])('what mends %j is told for each', (wrongs, told) => {
  expect(remedy(wrongs, cli)).toBe(told);
});
