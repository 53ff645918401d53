// An Express server of a team's own, with the route of docs/another-kind.md, over the tree that the test has
// compiled: argv names that folder. Prints the port.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import express from 'express';

const folder = String(process.argv[2]);
/** @param {string} path */
const load = (path) => import(pathToFileURL(join(folder, 'dist/server', path)).href);

const { readEnv } = await load('config/env.js');
const { processLogger } = await load('composition/processLogger.js');
const { connectMongo } = await load('config/mongoConn.js');
const { connectRedis } = await load('config/queueRedisConn.js');
const { startEnqueuing } = await load('composition/enqueuing.js');
const { catalogue } = await load('Services/BackgroundJobs/queues/catalogue.js');
const { openQueues } = await load('Services/BackgroundJobs/queues/queueManager.js');
const { exchangeRates } = await load('routes/exchangeRates.js');

const env = readEnv();
const log = processLogger(env, 'api');
await connectMongo({ uri: env.MONGODB_URI });
const kinds = catalogue.map((/** @type {{definition: unknown}} */ { definition }) => definition);
const redis = connectRedis(env, 'producer', log);
const queues = openQueues(kinds, env, redis);
startEnqueuing(env, { kinds, queues, redis, admission: undefined }, log);
const server = express()
  .use(exchangeRates)
  .listen(0, '127.0.0.1', () => {
    const address = server.address();
    console.log(typeof address === 'object' ? address?.port : address);
  });
