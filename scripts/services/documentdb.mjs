import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findProgram, runCommand } from '../command.mjs';
import { cached, isCached } from './cache.mjs';
import { installProgram } from './packages.mjs';
import { isListening } from './ports.mjs';
import { fingerprintOf, writeSecret } from './secrets.mjs';

const PROGRAMS = '/usr/lib/postgresql/18/bin';
const LIBRARIES = 'pg_cron,pg_documentdb_core,pg_documentdb';
/** Where PostgreSQL sees its data, inside the root file system. */
const DATA = '/mnt';
const CACHED = 'documentdb-18';

/** The role that owns everything: FerretDB connects with it, and DocumentDB to itself. */
const OWNER = 'postgres';
/** Nobody comes in without a password, also from this machine. */
const HBA = 'host all all 127.0.0.1/32 scram-sha-256\n';
/** What DocumentDB's connections to its own server log in with (libpq's password file). */
const PASSFILE = 'hourwork.pgpass';

/** Whether PostgreSQL with DocumentDB was built before. */
export const hasDocumentdb = () => isCached(CACHED);

/**
 * Runs inside the root file system `$1`, as its user postgres, with the data folder `$2` bound to
 * DATA. The mount lives in a namespace of this process alone, so it ends with it, however that
 * ends; and as everything is `exec`, the process that a supervisor sees is PostgreSQL itself.
 */
const INSIDE = `
root=$1; data=$2; shift 2
mount --bind "$data" "$root${DATA}" &&
LC_ALL=C.UTF-8 exec chroot --userspec=postgres:postgres "$root" "$@"`;

/**
 * PostgreSQL 18 with the DocumentDB extension, in the user's cache: a small Debian root file
 * system (`root`) and a fresh data folder with the extension created (`data`).
 * Built with mmdebstrap when absent: about a minute and 650 MB, once. Needs root, for chroot.
 * @param {(what: string) => void} progress
 * @returns {Promise<string>} the folder that holds both
 */
export function findDocumentdb(progress) {
  return cached(CACHED, (path) => buildDocumentdb(path, progress), progress);
}

/**
 * @param {string} path
 * @param {(what: string) => void} progress
 */
async function buildDocumentdb(path, progress) {
  const root = join(path, 'root');
  const data = join(path, 'data');
  await mkdir(data, { recursive: true });

  const wanted = { program: 'mmdebstrap', apt: 'mmdebstrap' };
  const mmdebstrap = findProgram('mmdebstrap') ?? (await installProgram(wanted, progress));
  const title = 'building PostgreSQL with DocumentDB (about 1 minute, once)';
  progress(title);
  const withoutDocs = ['doc', 'man', 'locale', 'info'].flatMap((folder) => [
    `--dpkgopt=path-exclude=/usr/share/${folder}/*`,
  ]);
  await runCommand(
    mmdebstrap,
    [
      '--mode=root',
      '--variant=apt',
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--aptopt=APT::Install-Recommends "false"',
      ...withoutDocs,
      '--include=postgresql-18-documentdb',
      'sid',
      root,
    ],
    { onLine: (line) => progress(`${title}: ${line}`) },
  );

  const { uid, gid } = await postgresUser(root);
  await runCommand('chown', [`${uid}:${gid}`, data]);
  progress(`${title}: creating its data folder`);
  const initdb = ['initdb', '-D', DATA, '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'];
  await runInside({ root, data }, initdb);
  await runSingle({ root, data }, ['create extension documentdb cascade;']);
}

/**
 * The roles that may log in, each with its password. FerretDB takes its own users from here too,
 * who need no rights in PostgreSQL.
 * @typedef {{postgres: string} & Record<string, string>} Passwords
 */

/**
 * PostgreSQL with DocumentDB on 127.0.0.1. Without `durable` it does not wait for the disk:
 * quicker, and safe against a crash of the process but not of the machine.
 * A data folder from before there were passwords gets them when it is prepared.
 * @param {{documentdb: string, dir: string, port: number, durable: boolean, passwords: Passwords}} options
 * @returns {import('./serviceProcess.mjs').ServiceProcess}
 */
export function postgresProcess({ documentdb, dir, port, durable, passwords }) {
  const root = join(documentdb, 'root');
  const hasty = durable ? [] : ['-c', 'fsync=off', '-c', 'synchronous_commit=off'];
  const postgres = ['postgres', '-D', DATA, '-p', String(port), ...settings(), ...hasty];
  const { command, args } = inside({ root, data: dir }, postgres);
  return {
    name: 'postgres',
    command,
    args,
    env: { PGPASSFILE: join(DATA, PASSFILE) },
    port,
    stopMs: 15_000,
    fingerprint: fingerprintOf(HBA, JSON.stringify(passwords)),
    prepare: async () => {
      await copyFreshData(join(documentdb, 'data'), dir);
      await setPasswords({ root, data: dir }, passwords);
    },
    isReady: () => isListening(port),
  };
}

/**
 * Where FerretDB finds it.
 * @param {number} port
 * @param {Passwords} passwords
 */
export function postgresUrl(port, { postgres: password }) {
  return `postgres://${OWNER}:${password}@127.0.0.1:${port}/postgres`;
}

/**
 * Gives each role its password and lets nobody in without. PostgreSQL must not run: a single
 * backend of it does this, which nobody can connect to.
 * @param {{root: string, data: string}} folders
 * @param {Passwords} passwords
 */
async function setPasswords({ root, data }, passwords) {
  const statements = Object.entries(passwords).flatMap(([role, password]) => [
    `do $$ begin create role ${role} login; exception when duplicate_object then null; end $$;`,
    `alter role ${role} login password '${password}';`,
  ]);
  await runSingle({ root, data }, statements);

  const { uid, gid } = await postgresUser(root);
  const files = { 'pg_hba.conf': HBA, [PASSFILE]: `*:*:*:${OWNER}:${passwords.postgres}\n` };
  for (const [name, text] of Object.entries(files)) {
    const file = join(data, name);
    await writeSecret(file, text);
    await chown(file, Number(uid), Number(gid));
  }
}

/**
 * Runs SQL in a single backend, without a server.
 * @param {{root: string, data: string}} folders
 * @param {readonly string[]} statements
 * @throws {Error} when PostgreSQL refuses one
 */
async function runSingle(folders, statements) {
  const single = ['postgres', '--single', '-j', '-D', DATA, ...settings(), 'postgres'];
  /** @type {string[]} */
  const errors = [];
  await runInside(folders, single, {
    input: statements.map((statement) => `${statement}\n\n`).join(''),
    onLine: (line) => line.includes('ERROR:') && errors.push(line),
  });
  if (errors.length > 0) throw new Error(`PostgreSQL refused: ${errors.join('; ')}`);
}

/** The settings under which DocumentDB works; TCP on this machine only. */
function settings() {
  return [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `shared_preload_libraries=${LIBRARIES}`,
    'cron.database_name=postgres',
    // DocumentDB expires documents and builds indexes in pg_cron's jobs. In workers they need no
    // connection; else each would go to the host and port where the job was first scheduled.
    'cron.use_background_workers=on',
    'max_worker_processes=16',
    // Some run every two seconds: no line and no row for each.
    'cron.log_statement=off',
    'cron.log_run=off',
    'max_connections=200',
  ].flatMap((setting) => ['-c', setting]);
}

/**
 * @param {{root: string, data: string}} folders
 * @param {readonly string[]} commandLine a program of PostgreSQL and its arguments
 */
function inside({ root, data }, [program, ...args]) {
  const unshare = findProgram('unshare', ['/usr/bin', '/bin']);
  if (!unshare) throw new Error('unshare (package util-linux) is not on PATH');
  const namespace = ['--mount', '--propagation', 'private'];
  return {
    command: unshare,
    args: [
      ...[...namespace, 'sh', '-c', INSIDE, 'hourwork-postgres'],
      ...[root, data, `${PROGRAMS}/${program}`, ...args],
    ],
  };
}

/**
 * @param {{root: string, data: string}} folders
 * @param {readonly string[]} commandLine
 * @param {import('../command.mjs').CommandOptions} [options]
 */
async function runInside(folders, commandLine, options) {
  const { command, args } = inside(folders, commandLine);
  await runCommand(command, args, options);
}

/**
 * @param {string} fresh
 * @param {string} dir
 */
async function copyFreshData(fresh, dir) {
  if (existsSync(join(dir, 'PG_VERSION'))) return;
  const copying = `${dir}.copying`;
  await rm(copying, { recursive: true, force: true });
  await mkdir(dirname(dir), { recursive: true });
  await runCommand('cp', ['--archive', fresh, copying]);
  await rename(copying, dir);
}

/** @param {string} root */
async function postgresUser(root) {
  const passwd = await readFile(join(root, 'etc', 'passwd'), 'utf8');
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? [];
  if (uid === undefined) throw new Error(`${root} has no user postgres`);
  return { uid, gid };
}
