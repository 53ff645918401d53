import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { waitUntil } from '../scripts/waiting.mjs';

/** @typedef {{redisUrl: string, mongoUri: string, postgresUrl: string}} Servers */
/** @typedef {{jobs: number, concurrency?: number, records?: boolean, mongoUri?: string, settings?: Record<string, string>}} Work */

/** What one round of one variant is given: a database and a queue prefix that nothing else uses. */
export class Round {
  /** @param {Servers} servers */
  constructor(servers) {
    const name = `bench-${randomUUID().slice(0, 8)}`;
    this.redisUrl = servers.redisUrl;
    this.mongoUri = `${servers.mongoUri}/${name}`;
    this.postgresUrl = servers.postgresUrl;
    this.prefix = `{${name}}`;
    /** @type {import('node:child_process').ChildProcess[]} */
    this.children = [];
    /** @type {mongoose.mongo.MongoClient | undefined} */
    this.client = undefined;
  }

  /** @param {string} collection */
  async records(collection) {
    this.client ??= await mongoose.mongo.MongoClient.connect(this.mongoUri);
    return this.client.db().collection(collection);
  }

  /**
   * Throws unless there are exactly so many records of jobs.
   * @param {number} expected
   */
  async checkRecords(expected) {
    const written = await (await this.records('jobstatuses')).countDocuments();
    if (written !== expected) throw new Error(`${written} records of ${expected}`);
  }

  /**
   * How many jobs of a queue wait in Redis, whether or not they have a priority.
   * @param {string} queue
   */
  async waiting(queue) {
    const redis = new Redis(this.redisUrl);
    const keys = `${this.prefix}:${queue}`;
    const counts = await Promise.all([
      redis.llen(`${keys}:wait`),
      redis.zcard(`${keys}:prioritized`),
    ]);
    redis.disconnect();
    return counts[0] + counts[1];
  }

  /** What Redis holds in its memory, in bytes. */
  redisBytes() {
    return this.redisInfo('memory', ['used_memory']);
  }

  /** What Redis has used of the processors, in seconds. */
  redisSeconds() {
    return this.redisInfo('cpu', ['used_cpu_user', 'used_cpu_sys']);
  }

  /**
   * The sum of what Redis tells of itself in these fields.
   * @param {string} section
   * @param {readonly string[]} fields
   */
  async redisInfo(section, fields) {
    const redis = new Redis(this.redisUrl);
    const info = await redis.info(section);
    redis.disconnect();
    const told = fields.map((field) => new RegExp(`^${field}:([0-9.]+)`, 'm').exec(info)?.[1]);
    return told.reduce((sum, value) => sum + Number(value), 0);
  }

  /**
   * Starts a process of processes/ and settles with what it answers.
   * @param {string} script
   * @param {Work} work
   * @param {readonly string[]} [args]
   * @returns {Promise<any>}
   */
  ask(script, work, args = []) {
    return this.askOf(script, work, args).answer;
  }

  /**
   * The same, with the process itself.
   * @param {string} script
   * @param {Work} work
   * @param {readonly string[]} [args]
   */
  askOf(script, work, args = []) {
    const child = this.start(script, work, args);
    const answer = Promise.race([
      once(createInterface({ input: /** @type {any} */ (child.stdout) }), 'line'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`${script} ended with ${code} and without an answer`);
      }),
    ]).then(([line]) => JSON.parse(line));
    return { child, answer };
  }

  /**
   * @param {string} script
   * @param {Work} work
   * @param {readonly string[]} [args]
   */
  start(script, work, args = []) {
    const { redisUrl, mongoUri, postgresUrl, prefix } = this;
    const given = {
      redisUrl,
      mongoUri,
      postgresUrl,
      prefix,
      concurrency: 3,
      records: true,
      ...work,
    };
    return this.run([fileURLToPath(new URL(`processes/${script}.mjs`, import.meta.url)), ...args], {
      BENCH: JSON.stringify({ settings: {}, ...given }),
    });
  }

  /**
   * @param {readonly string[]} args of Node
   * @param {NodeJS.ProcessEnv} env
   * @param {string} [cwd]
   */
  run(args, env, cwd) {
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.children.push(child);
    return child;
  }

  /**
   * Waits until so many records are completed.
   * @param {number} jobs
   * @returns {Promise<number>} jobs a second, from the first start to the last record
   */
  async recordedPerSecond(jobs) {
    const records = await this.records('jobstatuses');
    await waitUntil(async () => (await records.countDocuments({ status: 'completed' })) >= jobs, {
      timeoutMs: 120_000 + 2 * jobs,
      // To count a million costs the store as much as the work that is measured.
      intervalMs: Math.max(250, jobs / 200),
      what: `${jobs} records`,
    });
    const [first] = await records.find().sort({ startedAt: 1 }).limit(1).toArray();
    const [last] = await records.find().sort({ updatedAt: -1 }).limit(1).toArray();
    return jobs / ((last?.updatedAt - first?.startedAt) / 1000);
  }

  /** Ends what it started and removes what it left. */
  async end() {
    for (const child of this.children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    const redis = new Redis(this.redisUrl);
    await redis.flushall();
    redis.disconnect();
    await this.records('jobstatuses');
    await this.client?.db().dropDatabase();
    await this.client?.close();
    this.client = undefined;
    this.children = [];
  }
}
