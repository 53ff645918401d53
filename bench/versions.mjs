import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';

/**
 * What took part, in which version.
 * @param {import('./round.mjs').Servers} servers
 */
export async function versions({ redisUrl, mongoUri }) {
  const redis = new Redis(redisUrl);
  const [, redisVersion = 'unknown'] = /redis_version:(\S+)/.exec(await redis.info('server')) ?? [];
  redis.disconnect();
  const client = await mongoose.mongo.MongoClient.connect(mongoUri);
  const { version, ferretdb } = await client.db('admin').command({ buildInfo: 1 });
  await client.close();
  const { dependencies } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return {
    node: process.version,
    redis: redisVersion,
    mongodb: ferretdb ? `FerretDB ${ferretdb.version ?? version}` : version,
    bullmq: dependencies.bullmq,
    ioredis: dependencies.ioredis,
    mongoose: dependencies.mongoose,
  };
}
