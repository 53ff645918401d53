import { type Env, readEnv } from '../config/env.ts';
import { isRedisConfigured } from '../config/queueRedisConn.ts';
import { createRedactor } from '../config/redaction.ts';
import { secretsIn } from '../config/secretSettings.ts';
import { readMongoFacts } from '../models/serverFacts.ts';
import { inMongo, inRedis } from './connections.ts';
import { clockAgainst } from './doctor/clock.ts';
import { type Finding, findingLine, well, wrong } from './doctor/finding.ts';
import { clock, indexes, restoring, shapes, staleLeases, workers } from './doctor/mongo.ts';
import { apiPort } from './doctor/port.ts';
import {
  activeWithoutLock,
  prefixOwner,
  redisFitness,
  redisMemory,
  redisRights,
  redisTime,
} from './doctor/redis.ts';
import { redisCli, redisUser } from './doctor/redisCli.ts';
import { settingNames } from './doctor/settings.ts';
import { logDisk, nextRun, nodeVersion } from './doctor/thisMachine.ts';
import { say } from './output.ts';
import { tellErrors } from './tellErrors.ts';

const found: Finding['state'][] = [];
let redact = createRedactor([]);

function tell(subject: string, finding: Finding): void {
  found.push(finding.state);
  say(String(redact(findingLine(subject, finding))));
}

/** Looks at one thing; a look that fails is a finding too. */
async function look(subject: string, check: () => Promise<Finding> | Finding): Promise<void> {
  try {
    tell(subject, await check());
  } catch (error) {
    tell(subject, { state: 'wrong', text: `could not be looked at: ${(error as Error).message}` });
  }
}

/** Looks at everything and tells it. */
async function examine(): Promise<void> {
  await look('Node', () => nodeVersion(process.version));
  let env: Env;
  try {
    env = readEnv();
  } catch (error) {
    // The message says what to mend, and where.
    tell('Settings', { state: 'wrong', text: (error as Error).message });
    return;
  }
  redact = createRedactor(secretsIn(env));
  await look('Settings', settingNames);
  await look('Next run', () => nextRun(env));
  await look('Port', () => apiPort(env));
  await look('Disk', () => logDisk(env));
  await examineRedis(env);
  await examineMongo(env);
}

async function examineRedis(env: Env): Promise<void> {
  if (!isRedisConfigured(env)) {
    tell('Redis', wrong('is not named', 'set REDIS_URL=redis://host:6379 in .env, or: npm start'));
    return;
  }
  try {
    await inRedis(env, async (redis) => {
      const cli = redisCli(env, redis);
      await look('Redis rights', () => redisRights(redis, env, redisUser(env)));
      // The rest would be refused too.
      if (found.at(-1) === 'wrong') return;
      await look('Redis', () => redisFitness(redis, cli));
      await look('Redis memory', () => redisMemory(redis, cli));
      await look('Redis clock', () => clockAgainst(() => redisTime(redis)));
      await look('Jobs at work', () => activeWithoutLock(redis, env));
    });
  } catch (error) {
    tell('Redis', wrong((error as Error).message, 'npm start, or mend REDIS_URL in .env'));
  }
}

async function examineMongo(env: Env): Promise<void> {
  if (env.MONGODB_URI === undefined) {
    const remedy = 'set MONGODB_URI=mongodb://host:27017/hourwork in .env, or: npm start';
    tell('MongoDB', wrong('is not named', remedy));
    return;
  }
  try {
    await inMongo(env, async () => {
      const facts = await readMongoFacts();
      await look('MongoDB', () => well(facts.version));
      await look('MongoDB clock', () => clockAgainst(facts.now));
      await look('Clock', clock);
      await look('Restore', restoring);
      await look('Shapes', shapes);
      await look('Indexes', indexes);
      await look('Leases', () => staleLeases(env));
      await look('Workers', workers);
      if (isRedisConfigured(env)) await examineBoth(env);
    });
  } catch (error) {
    const { message } = error as Error;
    tell('MongoDB', wrong(`is away: ${message}`, 'npm start, or mend MONGODB_URI in .env'));
  }
}

/** What MongoDB and Redis must agree on; that Redis is away was told before. */
async function examineBoth(env: Env): Promise<void> {
  await inRedis(env, (redis) => look('Prefix', () => prefixOwner(redis, env))).catch(
    () => undefined,
  );
}

await tellErrors(async () => {
  await examine();
  process.exitCode = found.includes('wrong') ? 1 : 0;
});
