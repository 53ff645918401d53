import { join } from 'node:path';
import { endApps } from '../apps.mjs';
import {
  deleteProcesses,
  isAsDefined,
  localName,
  ownProcesses,
  startLocalService,
  watchCrashes,
} from '../pm2.mjs';
import { checkoutNumber, localDir } from '../project.mjs';
import { readSettings, replaceInEnvFile } from '../setup/envFile.mjs';
import { readState, updateState } from '../setup/state.mjs';
import { SetupError } from '../setupError.mjs';
import { waitUntil } from '../waiting.mjs';
import { answersMongo } from './answersMongo.mjs';
import { findMongoEngine, mongoProcesses } from './mongo.mjs';
import { mongoUri } from './mongoUri.mjs';
import { freePort, isListening, isPortFree } from './ports.mjs';
import { findRedisServer, redisProcess } from './redis.mjs';
import { newPassword } from './secrets.mjs';

/**
 * A Redis or MongoDB for this installation.
 * @typedef {object} Provided
 * @property {Record<string, string>} settings what .env must name
 * @property {string} description one line
 */

/** How long a local service may take until it serves, its data loaded. */
const START_MS = 120_000;
/** How long a server that is not ours may take to answer. */
const ANSWER_MS = 10_000;
/** Local services listen here and above, below what the system gives to outgoing connections. */
const FIRST_PORT = 20_000;
/** Whom Hourwork logs in as at the MongoDB provided. */
const MONGO_USER = 'hourwork';
const DATABASE = 'hourwork';

/**
 * The Redis of the settings, or a local one under PM2 with its data in .local/.
 * @param {(what: string) => void} progress
 * @param {(name: string) => void} onStart told the PM2 name of what is about to be started
 * @returns {Promise<Provided>}
 */
export async function provideRedis(progress, onStart) {
  const { redis: kept } = readState();
  const { REDIS_URL, REDIS_HOST, REDIS_PORT = '6379', ...others } = readSettings();
  for (const setting of ['REDIS_SENTINELS', 'REDIS_CLUSTER_NODES']) {
    const endpoints = others[setting];
    if (endpoints === undefined) continue;
    await expectOneOf(endpoints, setting);
    return { settings: {}, description: `what ${setting} names` };
  }
  const ours = kept && [kept.url, `redis://127.0.0.1:${kept.port}`];
  if (REDIS_URL !== undefined && !ours?.includes(REDIS_URL)) {
    const { hostname, port } = new URL(REDIS_URL);
    await expectRedis(hostname, Number(port || 6379), 'REDIS_URL');
    return { settings: { REDIS_URL }, description: `the one at ${hostname}, from REDIS_URL` };
  }
  if (REDIS_URL === undefined && REDIS_HOST !== undefined) {
    await expectRedis(REDIS_HOST, Number(REDIS_PORT), 'REDIS_HOST');
    return { settings: {}, description: `the one at ${REDIS_HOST}, from REDIS_HOST` };
  }

  const program = await findRedisServer(progress);
  const port = kept?.port ?? (await freePort(FIRST_PORT + checkoutNumber(8_000)));
  const password = kept?.password ?? newPassword();
  const url = `redis://:${password}@127.0.0.1:${port}`;
  updateState({ redis: { port, url, password } });
  if (REDIS_URL !== undefined) nameAnew('REDIS_URL', url);
  await keepRunning([redisProcess({ program, dir: join(localDir, 'redis'), port, password })], {
    setting: 'REDIS_URL',
    progress,
    onStart,
  });
  return {
    settings: { REDIS_URL: url },
    description: `127.0.0.1:${port}, with a password, data in .local/redis`,
  };
}

/**
 * The MongoDB of the settings, or a local one under PM2 with its data in .local/.
 * @param {(what: string) => void} progress
 * @param {(name: string) => void} onStart told the PM2 name of what is about to be started
 * @returns {Promise<Provided>}
 */
export async function provideMongo(progress, onStart) {
  const { mongo: kept, redis } = readState();
  const { MONGODB_URI } = readSettings();
  const ours = kept && [kept.uri, mongoUri({ port: kept.mongo, database: DATABASE })];
  if (MONGODB_URI !== undefined && !ours?.includes(MONGODB_URI)) {
    if (!(await answersMongo(MONGODB_URI, ANSWER_MS))) throw unanswered('MONGODB_URI', 'MongoDB');
    return { settings: { MONGODB_URI }, description: 'the one that MONGODB_URI names' };
  }

  const engine = await findMongoEngine(progress, kept?.kind);
  const ports = kept ?? (await mongoPorts(redis?.port));
  const password = kept?.password ?? newPassword();
  const postgresPassword = kept?.postgresPassword ?? newPassword();
  const login = { user: MONGO_USER, password };
  const uri = mongoUri({ port: ports.mongo, login, database: DATABASE });
  const { mongo, postgres } = ports;
  updateState({ mongo: { kind: engine.kind, mongo, postgres, uri, password, postgresPassword } });
  if (MONGODB_URI !== undefined) nameAnew('MONGODB_URI', uri);
  const durable = true;
  const options = { dir: localDir, ports, durable, postgresPassword, login };
  await keepRunning(mongoProcesses(engine, options), {
    setting: 'MONGODB_URI',
    progress,
    onStart,
  });
  const what = engine.kind === 'mongod' ? 'mongod' : 'FerretDB with DocumentDB';
  return {
    settings: { MONGODB_URI: uri },
    description: `127.0.0.1:${mongo}, with a password (${what}), data in .local/`,
  };
}

/**
 * Lets a setting of ours follow when a password comes to a service that had none.
 * @param {string} setting
 * @param {string} value
 * @throws {SetupError} when the environment holds the old one, which would win
 */
function nameAnew(setting, value) {
  if (readSettings()[setting] === value) return;
  replaceInEnvFile(setting, value);
  if (readSettings()[setting] === value) return;
  throw new SetupError(`The environment names ${setting} without the password it has now.`, {
    remedy: `unset ${setting}: .env has it`,
  });
}

/** A free port for one more service of this checkout, beside Redis and MongoDB, which run by now. */
export function portForService() {
  return freePort(FIRST_PORT + 3 + checkoutNumber(8_000));
}

/** @param {number | undefined} taken */
async function mongoPorts(taken) {
  const promised = new Set(taken === undefined ? [] : [taken]);
  const mongo = await freePort(FIRST_PORT + 1 + checkoutNumber(8_000), promised);
  const postgres = await freePort(mongo + 1, promised);
  return { mongo, postgres };
}

/**
 * Sees that services run under PM2, one after another, and that each serves.
 * @param {readonly import('./serviceProcess.mjs').ServiceProcess[]} services
 * @param {{setting: string, progress: (what: string) => void, onStart: (name: string) => void}} options
 *   what names their ports
 */
export async function keepRunning(services, { setting, progress, onStart }) {
  for (const service of services) {
    const name = localName(service);
    const known = (await ownProcesses()).filter((each) => each.name === name);
    if (!known.some(({ status }) => status === 'online') || !isAsDefined(service)) {
      // They know the old settings, and would be refused by the new service.
      if (known.length > 0 && !isAsDefined(service)) await endApps(progress);
      await deleteProcesses(known);
      if (!(await isPortFree(service.port))) throw portTaken(service.port, setting);
      progress(`starting ${service.name}`);
      onStart(name);
      await service.prepare();
      await startLocalService(service);
    }
    await waitUntil(service.isReady, {
      timeoutMs: START_MS,
      what: service.name,
      giveUp: await watchCrashes([name]),
    }).catch((error) => {
      throw new SetupError(`${service.name} does not serve on port ${service.port}.`, {
        tried: [error.message],
        remedy: `read its log in PM2's folder: npx pm2 logs ${name} --lines 50 --nostream`,
        cause: error,
      });
    });
  }
}

/**
 * @param {string} host
 * @param {number} port
 * @param {string} setting
 */
async function expectRedis(host, port, setting) {
  if (!(await isListening(port, host, ANSWER_MS))) throw unanswered(setting, 'Redis');
}

/**
 * @param {string} endpoints host:port with commas between; the server itself reads them closely
 * @param {string} setting
 */
async function expectOneOf(endpoints, setting) {
  const urls = endpoints.split(',').map((endpoint) => `redis://${endpoint.trim()}`);
  const answers = await Promise.all(
    urls
      .filter((url) => URL.canParse(url))
      .map((url) => {
        const { hostname, port } = new URL(url);
        const byDefault = setting === 'REDIS_SENTINELS' ? 26_379 : 6_379;
        return isListening(Number(port || byDefault), hostname.replace(/^\[|\]$/g, ''), ANSWER_MS);
      }),
  );
  if (!answers.includes(true)) throw unanswered(setting, 'Redis');
}

/**
 * @param {string} setting
 * @param {string} what
 */
function unanswered(setting, what) {
  return new SetupError(`${setting} is set, but no ${what} answers there.`, {
    tried: [`connecting, for up to ${ANSWER_MS / 1000} s`],
    remedy: `start that ${what}, or mend ${setting}, or remove it to have a local one`,
  });
}

/**
 * @param {number} port
 * @param {string} setting
 */
function portTaken(port, setting) {
  return new SetupError(`Port ${port}, which ${setting} names, is taken by something else.`, {
    remedy: `end what listens there (ss -ltnp 'sport = :${port}' names it), then start again`,
  });
}
