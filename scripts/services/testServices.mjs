import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService } from './children.mjs';
import { postgresUrl } from './documentdb.mjs';
import { ferretdbProcess } from './ferretdb.mjs';
import { findMongoEngine, mongoProcesses } from './mongo.mjs';
import { mongodProcess } from './mongod.mjs';
import { freePort } from './ports.mjs';
import { findRedisServer, redisProcess } from './redis.mjs';
import { newPassword } from './secrets.mjs';

/** @typedef {import('./serviceProcess.mjs').ServiceProcess} ServiceProcess */

/** Below the range that the system gives to outgoing connections. */
const FIRST_PORT = 20_000;
const PORTS = 9_000;

/**
 * One Redis and one MongoDB for a whole test run, in a temporary folder, on ports of their own.
 * @typedef {object} TestServices
 * @property {Record<string, string>} env what the suites need: TEST_REDIS_URL, TEST_MONGODB_URI
 *   (without a database: each suite makes its own) and what `killableMongo` reads
 * @property {string} describe one line
 * @property {() => Promise<void>} stop ends them and removes their data
 */

/**
 * @param {(what: string) => void} progress
 * @returns {Promise<TestServices>}
 */
export async function startTestServices(progress) {
  const program = await findRedisServer(progress);
  const engine = await findMongoEngine(progress);
  const dir = await mkdtemp(join(tmpdir(), 'hourwork-test-'));
  const redis = await randomFreePort();
  const mongo = await randomFreePort(new Set([redis]));
  const postgres = await randomFreePort(new Set([redis, mongo]));
  const postgresPassword = newPassword();
  const processes = [
    redisProcess({ program, dir: join(dir, 'redis'), port: redis }),
    ...mongoProcesses(engine, {
      dir,
      ports: { mongo, postgres },
      durable: false,
      postgresPassword,
    }),
  ];

  /** @type {import('./children.mjs').RunningService[]} */
  const running = [];
  const stop = async () => {
    for (const service of running.reverse()) await service.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    for (const service of processes) {
      progress(`starting ${service.name}`);
      running.push(await startService(service, { logFile: join(dir, `${service.name}.log`) }));
    }
  } catch (error) {
    await stop();
    throw error;
  }

  const killable =
    engine.kind === 'mongod'
      ? { TEST_MONGOD_BIN: engine.mongod }
      : {
          TEST_FERRETDB_BIN: engine.ferretdb,
          TEST_DOCUMENTDB_DIR: engine.documentdb,
          TEST_POSTGRES_URL: postgresUrl(postgres, { postgres: postgresPassword }),
        };
  return {
    env: {
      TEST_REDIS_URL: `redis://127.0.0.1:${redis}`,
      TEST_MONGODB_URI: `mongodb://127.0.0.1:${mongo}`,
      TEST_REDIS_BIN: program,
      ...killable,
    },
    describe: processes.map(({ name, port }) => `${name} :${port}`).join(', '),
    stop,
  };
}

/**
 * A second Redis that a fault test may kill and start again: `startService(killableRedis(…))`.
 * @param {{dir: string}} options where it keeps its data, so that it may lose them too
 * @returns {Promise<import('./serviceProcess.mjs').ServiceProcess>}
 */
export async function killableRedis({ dir }) {
  const port = await randomFreePort();
  return redisProcess({ program: required('TEST_REDIS_BIN'), dir, port });
}

/**
 * A second MongoDB that a fault test may kill and start again. With FerretDB it is another
 * FerretDB over the run's PostgreSQL: its data outlive it, and are shared with the run's own.
 * @param {{dir: string}} options where it keeps what it must
 * @returns {Promise<import('./serviceProcess.mjs').ServiceProcess>}
 */
export async function killableMongo({ dir }) {
  const port = await randomFreePort();
  const mongod = process.env.TEST_MONGOD_BIN;
  if (mongod) return mongodProcess({ program: mongod, dir, port });
  const program = required('TEST_FERRETDB_BIN');
  return ferretdbProcess({ program, dir, port, postgresUrl: required('TEST_POSTGRES_URL') });
}

/**
 * A MongoDB of the test's own, to take its storage away: the PostgreSQL beneath FerretDB, which goes
 * on answering, or mongod itself.
 * @param {{dir: string}} options
 * @returns {Promise<{storage: ServiceProcess, server: ServiceProcess | undefined, port: number}>}
 *   `storage` is to be started first, and may be killed and started again
 */
export async function killableStorage({ dir }) {
  const port = await randomFreePort();
  const postgres = await randomFreePort(new Set([port]));
  const mongod = process.env.TEST_MONGOD_BIN;
  /** @type {import('./mongo.mjs').MongoEngine} */
  const engine = mongod
    ? { kind: 'mongod', mongod }
    : {
        kind: 'ferretdb',
        ferretdb: required('TEST_FERRETDB_BIN'),
        documentdb: required('TEST_DOCUMENTDB_DIR'),
      };
  const ports = { mongo: port, postgres };
  // Without waiting for the disk PostgreSQL would lose the last writes with its memory.
  const [storage, server] = mongoProcesses(engine, {
    ...{ dir, ports, durable: true },
    postgresPassword: newPassword(),
  });
  if (storage === undefined) throw new Error('There is no process that stores.');
  return { storage, server, port };
}

/** @param {string} name */
function required(name) {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: run the suite by npm test -- --only integration`);
  return value;
}

/**
 * A free port at a random place, so that suites side by side do not meet.
 * @param {ReadonlySet<number>} [taken]
 */
function randomFreePort(taken) {
  return freePort(FIRST_PORT + Math.floor(Math.random() * PORTS), taken);
}
