import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll, expect } from 'vitest';
import { projectDir } from '../../scripts/project.mjs';
import { killableMongo, killableRedis } from '../../scripts/services/testServices.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { connectMongo, disconnectMongo } from '../../server/config/mongoConn.ts';
import { ensureIndexes } from '../../server/models/indexes.ts';
import { type RunDoc, RunModel } from '../../server/models/system/RunModel.ts';
import { UserSummaryModel } from '../../server/models/UserSummaryModel.ts';
import { ownPort } from '../ownPort.ts';
import { NO_USER_DATA_SLOT, ONLY_USER_DATA } from '../scheduleSettings.ts';
import { type ApiClient, login } from './apiClient.ts';
import { type Behaviour, writeBehaviour } from './behaviour.ts';
import { type Killable, startKillable } from './killable.ts';
import { makeUsers } from './makeUsers.ts';
import { type OwnPm2, ownPm2 } from './pm2.ts';

const ADMIN = { email: 'admin@example.com', password: 'a-long-test-password' };
export type Settings = Readonly<Record<string, string>>;

/** Documented settings, shortened so that a run heals within seconds. */
export const SHORTENED: Settings = {
  WORKER_INSTANCES: '2',
  WORKER_CONCURRENCY: '10',
  WORKER_LOCK_MS: '3000',
  WORKER_STALLED_CHECK_MS: '1000',
  WORKER_HEARTBEAT_MS: '1000',
  SHUTDOWN_GRACE_MS: '3000',
  RECONCILE_INTERVAL_MS: '2000',
  RECONCILE_GRACE_MS: '2000',
  PRODUCER_LEASE_MS: '3000',
};
const NO_SCHEDULE: Settings = { ...ONLY_USER_DATA, ...NO_USER_DATA_SLOT };
const RUN_MS = 120_000;

interface DeploymentOptions {
  users: number;
  /** The settings of all its processes; shortened ones unless said, and `{}` for production's own. */
  settings?: Settings;
  /** What stands between the processes and this Redis, or in its place: the settings that say where
   * Redis is. What undoes it goes to `cleanUps`. */
  redisAddress?: (redis: Killable, folder: string, cleanUps: CleanUp[]) => Promise<Settings>;
}

export type CleanUp = () => Promise<unknown>;

/** An installation under PM2 with servers of its own, all of which a test may take away. */
export interface Deployment {
  readonly pm2: OwnPm2;
  readonly api: ApiClient;
  readonly redis: Killable;
  readonly mongo: Killable;
  readonly users: number;
  /** The settings of its processes; where they are not named, the product's defaults hold. */
  readonly settings: Settings;
  behave(behaviour: Behaviour): Promise<void>;
  /** How long each job waits after its work, from now on. */
  pace(ms: number): Promise<void>;
  /**
   * Ends a process of this name, taken at random, by kill -9.
   * @returns its pid; it throws if none is online.
   */
  killOne(name: string): Promise<number>;
  /** Waits until these processes are gone and as many of the name are online as there should be. */
  whenReplaced(name: string, pids: readonly number[], instances: number): Promise<void>;
  /** Requests a run of all users. */
  beginRun(): Promise<string>;
  run(runId: string): Promise<RunDoc>;
  /** Waits until so many users' work has been done in this run. */
  whenExecuted(runId: string, executions: number): Promise<void>;
  executions(runId: string): Promise<{ total: number; users: number }>;
  /** Waits for the run's end and holds it to the promise: every user once, none failed. */
  expectAllDone(runId: string): Promise<void>;
  /** Waits until the API says so of itself. */
  whenReady(status: 'ok' | 'degraded' | 'down'): Promise<void>;
}

/** Sets one up for the suite, with this many users, and removes every trace of it at the end. */
export function useDeployment(options: DeploymentOptions): Deployment {
  const { users, settings = SHORTENED, redisAddress = directly } = options;
  let servers: Servers | undefined;
  let api: ApiClient | undefined;
  const cleanUps: CleanUp[] = [];
  const started = <Part>(part: Part | undefined): Part => {
    if (part === undefined) throw new Error('The deployment has not been started.');
    return part;
  };
  beforeAll(async () => {
    servers = await startServers({ settings, redisAddress }, cleanUps);
    await ensureIndexes();
    await makeUsers(users);
    const { pm2, baseUrl, ecosystem } = servers;
    await pm2.run('start', ecosystem);
    api = await waitUntil(() => login(baseUrl, ADMIN), {
      timeoutMs: 60_000,
      what: 'the API to take a login',
    });
  });
  afterAll(async () => {
    const failures: unknown[] = [];
    for (const cleanUp of cleanUps.reverse()) {
      await cleanUp().catch((error: unknown) => failures.push(error));
    }
    expect(failures, 'cleaning up').toEqual([]);
  });

  const deployment: Deployment = {
    users,
    settings,
    get pm2() {
      return started(servers).pm2;
    },
    get api() {
      return started(api);
    },
    get redis() {
      return started(servers).redis;
    },
    get mongo() {
      return started(servers).mongo;
    },
    behave: (behaviour) => writeBehaviour(started(servers).workFile, behaviour),
    pace: (paceMs) => deployment.behave({ paceMs }),
    async killOne(name) {
      const online = await deployment.pm2.online(name);
      const one = online[Math.floor(Math.random() * online.length)];
      if (one === undefined) throw new Error(`No ${name} is online that could be killed.`);
      process.kill(one.pid, 'SIGKILL');
      return one.pid;
    },
    async whenReplaced(name, pids, instances) {
      await waitUntil(
        async () => {
          const online = (await deployment.pm2.online(name)).map(({ pid }) => pid);
          return online.length === instances && !online.some((pid) => pids.includes(pid));
        },
        { timeoutMs: 60_000, what: `PM2 to have started another ${name} for each killed` },
      );
      expect(pids.filter(isAlive), 'processes killed that are still there').toEqual([]);
    },
    async beginRun() {
      const { status, body } = await deployment.api.post('/app/job-status/runs');
      expect(status).toBe(202);
      return String(body.runId);
    },
    async run(runId) {
      const run = await RunModel.findById(runId).lean<RunDoc>();
      if (run === null) throw new Error(`There is no run ${runId}.`);
      return run;
    },
    async whenExecuted(runId, count) {
      await waitUntil(async () => (await deployment.executions(runId)).total >= count, {
        timeoutMs: RUN_MS,
        what: `${count} executions`,
      });
    },
    async executions(runId) {
      const [sum] = await mongoose.connection
        .collection('executions')
        .aggregate<{ total: number; users: number }>([
          { $match: { runId } },
          { $group: { _id: '$userId', times: { $sum: 1 } } },
          { $group: { _id: null, total: { $sum: '$times' }, users: { $sum: 1 } } },
        ])
        .toArray();
      return { total: sum?.total ?? 0, users: sum?.users ?? 0 };
    },
    async expectAllDone(runId) {
      const ended = await waitUntil(
        async () => {
          const { status, body } = await deployment.api.get(`/app/job-status/runs/${runId}`);
          return status === 200 && body.status === 'completed' && body;
        },
        { timeoutMs: RUN_MS, intervalMs: 200, what: `the end of the run ${runId}` },
      );
      expect(ended).toMatchObject({
        enumerated: users,
        completed: users,
        duplicates: 0,
        failed: 0,
        cancelled: 0,
        balanced: true,
      });
      const { runSeq } = await deployment.run(runId);
      expect(await UserSummaryModel.countDocuments({ runSeq })).toBe(users);
      expect(await UserSummaryModel.countDocuments({})).toBe(users);
      expect((await deployment.executions(runId)).users).toBe(users);
    },
    async whenReady(status) {
      await waitUntil(
        async () => (await deployment.api.get('/health/ready')).body.status === status,
        { timeoutMs: 30_000, what: `/health/ready to say ${status}` },
      );
    },
  };
  return deployment;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Servers {
  pm2: OwnPm2;
  redis: Killable;
  mongo: Killable;
  baseUrl: string;
  ecosystem: string;
  workFile: string;
}

/** Starts the servers and makes PM2's home; what undoes each step goes to `cleanUps`. */
async function startServers(
  { settings, redisAddress }: Required<Pick<DeploymentOptions, 'settings' | 'redisAddress'>>,
  cleanUps: CleanUp[],
): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'hourwork-e2e-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const dirs = { redis: join(folder, 'redis'), mongo: join(folder, 'mongo') };
  const redis = await startKillable(await killableRedis({ dir: dirs.redis }), dirs.redis);
  cleanUps.push(redis.kill);
  const mongo = await startKillable(await killableMongo({ dir: dirs.mongo }), dirs.mongo);
  cleanUps.push(mongo.kill);
  const mongoUri = `mongodb://127.0.0.1:${mongo.port}/e2e-${randomUUID().slice(0, 8)}`;
  await connectMongo({ uri: mongoUri });
  cleanUps.push(async () => {
    await mongoose.connection.dropDatabase();
    await disconnectMongo();
  });

  const port = await ownPort();
  const workFile = join(folder, 'work.json');
  await writeBehaviour(workFile, { paceMs: 0 });
  const ecosystem = join(folder, 'ecosystem.config.mjs');
  await writeFile(ecosystem, ecosystemText());
  const home = join(folder, 'pm2');
  await mkdir(home);
  const pm2 = ownPm2(home, {
    ...NO_SCHEDULE,
    ...settings,
    PORT: String(port),
    MONGODB_URI: mongoUri,
    ...(await redisAddress(redis, folder, cleanUps)),
    JWT_SECRET: randomUUID() + randomUUID(),
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    // An installation in this checkout must not lend its settings.
    ENV_FILE: join(folder, 'none.env'),
    WORK_FILE: workFile,
  });
  cleanUps.push(pm2.kill);
  return { pm2, redis, mongo, baseUrl: `http://127.0.0.1:${port}`, ecosystem, workFile };
}

async function directly(redis: Killable): Promise<Settings> {
  return { REDIS_URL: `redis://127.0.0.1:${redis.port}` };
}

/** The apps of the real ecosystem.config.js, but for the worker's script; it does the HTTP tasks too. */
function ecosystemText(): string {
  const real = JSON.stringify(join(projectDir, 'ecosystem.config.js'));
  const script = JSON.stringify(join(projectDir, 'tests/e2e/pacedWorker.mjs'));
  return `import { apps as real } from ${real};
export const apps = real
  .filter(({ name }) => name !== 'worker-http')
  .map((app) => (app.name === 'worker' ? { ...app, script: ${script}, env: {} } : app));
`;
}
