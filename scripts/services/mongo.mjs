import { join } from 'node:path';
import { findProgram } from '../command.mjs';
import { isRoot } from '../project.mjs';
import { SetupError } from '../setupError.mjs';
import { findDocumentdb, hasDocumentdb, postgresProcess, postgresUrl } from './documentdb.mjs';
import { ferretdbProcess, findFerretdb, hasFerretdb } from './ferretdb.mjs';
import { downloadMongod, hasMongod, mongodProcess } from './mongod.mjs';

/**
 * What serves MongoDB's protocol: MongoDB's own server, or FerretDB over PostgreSQL.
 * @typedef {{kind: 'mongod', mongod: string}} Mongod
 * @typedef {{kind: 'ferretdb', ferretdb: string, documentdb: string}} Ferretdb
 * @typedef {Mongod | Ferretdb} MongoEngine
 */

/** @typedef {(what: string) => void} Progress */

/**
 * The ways to a MongoDB, best first, but what is there already before what must be fetched.
 * @type {{name: string, kind: MongoEngine['kind'], find: (progress: Progress) => Promise<MongoEngine>}[]}
 */
const PROVIDERS = [
  { name: 'mongod on PATH', kind: 'mongod', find: mongodOnPath },
  {
    name: 'mongod in the cache',
    kind: 'mongod',
    find: async (progress) => (hasMongod() ? downloadedMongod(progress) : absent()),
  },
  {
    name: 'FerretDB with DocumentDB in the cache',
    kind: 'ferretdb',
    find: async (progress) =>
      hasFerretdb() && hasDocumentdb() ? builtFerretdb(progress) : absent(),
  },
  { name: "downloading MongoDB's own server", kind: 'mongod', find: downloadedMongod },
  { name: 'building FerretDB with DocumentDB', kind: 'ferretdb', find: builtFerretdb },
];

/** @returns {never} */
function absent() {
  throw new Error('not there');
}

/** @returns {Promise<Mongod>} */
async function mongodOnPath() {
  return { kind: 'mongod', mongod: findProgram('mongod') ?? absent() };
}

/**
 * @param {Progress} progress
 * @returns {Promise<Mongod>}
 */
async function downloadedMongod(progress) {
  return { kind: 'mongod', mongod: await downloadMongod(progress) };
}

/**
 * @param {Progress} progress
 * @returns {Promise<Ferretdb>}
 */
async function builtFerretdb(progress) {
  if (!isRoot) throw new Error('its PostgreSQL runs in a chroot, which needs root');
  const ferretdb = await findFerretdb(progress);
  return { kind: 'ferretdb', ferretdb, documentdb: await findDocumentdb(progress) };
}

/**
 * Finds a server that speaks MongoDB's protocol, or downloads or builds one.
 * @param {Progress} progress
 * @param {MongoEngine['kind']} [kept] the kind that data there is was written with
 * @returns {Promise<MongoEngine>}
 * @throws {SetupError} that lists what was tried
 */
export async function findMongoEngine(progress, kept) {
  const tried = ['MONGODB_URI is not set'];
  for (const provider of PROVIDERS.filter(({ kind }) => kept === undefined || kind === kept)) {
    try {
      return await provider.find(progress);
    } catch (error) {
      tried.push(`${provider.name}: ${/** @type {Error} */ (error).message}`);
    }
  }
  throw new SetupError('There is no MongoDB.', {
    tried,
    remedy:
      'install MongoDB 7 or later (mongod on PATH), or set MONGODB_URI=mongodb://host:27017/hourwork in .env',
  });
}

/**
 * The processes that serve MongoDB's protocol at `ports.mongo`, in the order to start them.
 * @param {MongoEngine} engine
 * @param {object} options
 * @param {string} options.dir
 * @param {{mongo: number, postgres: number}} options.ports
 * @param {boolean} options.durable
 * @param {string} options.postgresPassword of the PostgreSQL behind FerretDB
 * @param {import('./mongoUri.mjs').MongoLogin} [options.login] without it everyone on this machine
 *   may do everything
 * @returns {import('./serviceProcess.mjs').ServiceProcess[]}
 */
export function mongoProcesses(engine, { dir, ports, durable, postgresPassword, login }) {
  const { mongo: port } = ports;
  if (engine.kind === 'mongod') {
    return [mongodProcess({ program: engine.mongod, dir: join(dir, 'mongod'), port, login })];
  }
  const users = login === undefined ? {} : { [login.user]: login.password };
  const passwords = { ...users, postgres: postgresPassword };
  return [
    postgresProcess({
      documentdb: engine.documentdb,
      dir: join(dir, 'postgres'),
      port: ports.postgres,
      durable,
      passwords,
    }),
    ferretdbProcess({
      program: engine.ferretdb,
      dir: join(dir, 'ferretdb'),
      port,
      postgresUrl: postgresUrl(ports.postgres, passwords),
      login,
    }),
  ];
}
