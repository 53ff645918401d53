import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { ServiceProcess } from '../../scripts/services/serviceProcess.mjs';
import { killableRedis } from '../../scripts/services/testServices.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import type { CleanUp, Settings } from '../e2e/deployment.ts';
import { type Killable, startKillable } from '../e2e/killable.ts';

/** A master, two replicas and three sentinels of the test's own. */
export interface RedisBySentinel {
  /** What tells the product where they are. */
  readonly settings: Settings;
  /** Starts what is down, and waits until two replicas have all that the master has. */
  whole(): Promise<{ master: Killable; replicas: readonly Killable[] }>;
  /** Waits until one of these, which are replicas, has become the master. */
  promotedOf(replicas: readonly Killable[]): Promise<Killable>;
}

const NAME = 'hourwork';
const DOWN_AFTER_MS = 1_500;
/** A failover that found no replica to promote is tried again after twice this time. */
const FAILOVER_TIMEOUT_MS = 5_000;
const SERVERS = 3;
const SENTINELS = 3;
const START_MS = 60_000;
const LOOK_MS = 20;

/** Starts them, with their data in `folder`. */
export async function startRedisBySentinel(
  folder: string,
  cleanUps: CleanUp[],
): Promise<RedisBySentinel> {
  async function start(name: string, service: (dir: string) => Promise<ServiceProcess>) {
    const dir = join(folder, name);
    const killable = await startKillable(await service(dir), dir);
    cleanUps.push(killable.kill);
    return killable;
  }
  const master = await start('redis-0', (dir) => server(dir));
  const servers = [master];
  for (let number = 1; number < SERVERS; number += 1) {
    servers.push(await start(`redis-${number}`, (dir) => server(dir, master.port)));
  }
  await whenInSync(servers);
  const sentinels: Killable[] = [];
  for (let number = 0; number < SENTINELS; number += 1) {
    sentinels.push(await start(`sentinel-${number}`, (dir) => sentinel(dir, master.port)));
  }
  await whenSentinelsAgree(sentinels);

  return {
    settings: {
      REDIS_SENTINELS: sentinels.map(({ port }) => `127.0.0.1:${port}`).join(','),
      REDIS_SENTINEL_NAME: NAME,
    },
    async whole() {
      for (const each of servers) if (!(await answers(each))) await each.start();
      const found = await whenInSync(servers);
      await whenSentinelsAgree(sentinels);
      return found;
    },
    promotedOf: (replicas) =>
      waitUntil(
        async () => {
          for (const each of replicas) if ((await roleOf(each))[0] === 'master') return each;
          return undefined;
        },
        { timeoutMs: START_MS, intervalMs: LOOK_MS, what: 'a replica to become the master' },
      ),
  };
}

async function server(dir: string, masterPort?: number): Promise<ServiceProcess> {
  const service = await killableRedis({ dir });
  // A replica need not wait for others that may want the same copy.
  const args = [...service.args, '--repl-diskless-sync-delay', '0'];
  if (masterPort !== undefined) args.push('--replicaof', '127.0.0.1', String(masterPort));
  return { ...service, args };
}

async function sentinel(dir: string, masterPort: number): Promise<ServiceProcess> {
  const service = await killableRedis({ dir });
  const config = join(dir, 'sentinel.conf');
  return {
    ...service,
    name: 'sentinel',
    args: [config, '--sentinel'],
    async prepare() {
      await mkdir(dir, { recursive: true });
      await writeFile(
        config,
        `bind 127.0.0.1
port ${service.port}
dir ${JSON.stringify(dir)}
sentinel monitor ${NAME} 127.0.0.1 ${masterPort} 2
sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}
sentinel failover-timeout ${NAME} ${FAILOVER_TIMEOUT_MS}
`,
      );
    },
  };
}

/** Waits until there is one master, and the others are its replicas and in touch with it. */
function whenInSync(
  servers: readonly Killable[],
): Promise<{ master: Killable; replicas: readonly Killable[] }> {
  return waitUntil(
    async () => {
      const roles = await Promise.all(servers.map(roleOf));
      const [master, ...more] = servers.filter((_, position) => roles[position]?.[0] === 'master');
      if (master === undefined || more.length > 0) return undefined;
      const replicas = servers.filter((each) => each !== master);
      const linked = roles.every(
        ([role, , port, link]) =>
          role === 'master' || (port === master.port && link === 'connected'),
      );
      return linked && { master, replicas };
    },
    { timeoutMs: START_MS, what: 'one master with two replicas' },
  );
}

/** Waits until each sentinel sees the other two and both replicas, and nothing is down. */
async function whenSentinelsAgree(sentinels: readonly Killable[]): Promise<void> {
  for (const each of sentinels) {
    await waitUntil(
      async () => {
        const master = pairs(await ask(each, 'SENTINEL', 'MASTER', NAME));
        const replicas = (await ask(each, 'SENTINEL', 'REPLICAS', NAME)) as unknown[];
        return (
          master.get('flags') === 'master' &&
          master.get('num-other-sentinels') === String(SENTINELS - 1) &&
          replicas.map(pairs).filter((replica) => replica.get('flags') === 'slave').length ===
            SERVERS - 1
        );
      },
      { timeoutMs: START_MS, what: 'the sentinels to see everything' },
    );
  }
}

function pairs(list: unknown): Map<string, string> {
  const texts = list as string[];
  return new Map(
    texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? ''] as const] : [])),
  );
}

/** ROLE: of a replica its master's host and port, and the state of the link to it. */
async function roleOf(server: Killable): Promise<unknown[]> {
  return (await ask(server, 'ROLE')) as unknown[];
}

async function answers(server: Killable): Promise<boolean> {
  return ask(server, 'PING').then(
    () => true,
    () => false,
  );
}

/** Asks one server, on a connection for this question alone. */
async function ask({ port }: Killable, command: string, ...args: string[]): Promise<unknown> {
  const redis = new Redis({
    port,
    retryStrategy: null,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
  });
  redis.on('error', () => undefined);
  try {
    return await redis.call(command, ...args);
  } finally {
    redis.disconnect();
  }
}
