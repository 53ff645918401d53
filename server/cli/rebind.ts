import type { Env } from '../config/env.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import { redisAddress } from '../config/redisAddress.ts';
import { databaseName } from '../models/system/InstallationModel.ts';
import { ownershipProblem, rebind } from '../Services/BackgroundJobs/queues/ownership.ts';
import { isOwnerAlive } from '../Services/BackgroundJobs/queues/prefixOwner.ts';
import { inRedis } from './connections.ts';
import { commandNamed, say } from './output.ts';
import { withMongo } from './withMongo.ts';

const program = commandNamed('rebind')
  .description(
    'Gives the prefix in Redis to this database, whichever it belonged to: after the database was ' +
      'moved or copied, or was lost. The jobs that wait there are kept if this database has their ' +
      'records, and removed if not.',
  )
  .option('--force', 'even while the database that owns the prefix has processes running', false)
  .action(({ force }: { force: boolean }) =>
    withMongo((env) => inRedis(env, (redis) => bind(redis, env, force))),
  );

await program.parseAsync();

async function bind(redis: RedisConnection, env: Env, force: boolean): Promise<void> {
  const place = { redis, prefix: env.QUEUE_PREFIX, address: redisAddress(env) };
  const here = `${place.prefix} in Redis at ${place.address}`;
  const problem = await ownershipProblem(place);
  if (problem === null) {
    return say(`${here} is free, or belongs to ${databaseName()}: nothing to do.`);
  }
  if (!force && (await isOwnerAlive(redis, place.prefix))) {
    throw new Error(
      `${problem.message}\nThe other one has shown a sign of life within half a minute: stop its processes first, and wait for so long. Or take the prefix from under them: npm run rebind -- --force`,
    );
  }
  await rebind(place);
  say(`${here} belongs to ${databaseName()} now. Its processes notice within a second.`);
}
