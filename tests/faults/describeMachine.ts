import { cpus, totalmem } from 'node:os';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';

/** Date, machine and versions, one a line; the suite's own Redis and MongoDB must be running. */
export async function describeMachine(): Promise<string[]> {
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${new Date().toISOString().slice(0, 10)}`,
    `${cpus().length} × ${processor?.model.trim() ?? 'unknown'}, ${memory} GiB`,
    `Node ${process.version}, ${await redisVersion()}, ${await mongoVersion()}`,
  ];
}

async function redisVersion(): Promise<string> {
  const redis = new Redis(process.env.TEST_REDIS_URL ?? '');
  const info = await redis.info('server');
  redis.disconnect();
  return `Redis ${/^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown'}`;
}

async function mongoVersion(): Promise<string> {
  const connection = await mongoose
    .createConnection(process.env.TEST_MONGODB_URI ?? '')
    .asPromise();
  const info = await connection.db?.admin().command({ buildInfo: 1 });
  await connection.close();
  const ferretdb: unknown = info?.ferretdb?.version;
  return typeof ferretdb === 'string' ? `FerretDB ${ferretdb}` : `MongoDB ${info?.version}`;
}
