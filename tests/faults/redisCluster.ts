import { join } from 'node:path';
import { Redis } from 'ioredis';
import { isPortFree } from '../../scripts/services/ports.mjs';
import type { ServiceProcess } from '../../scripts/services/serviceProcess.mjs';
import { killableRedis } from '../../scripts/services/testServices.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import type { CleanUp, Settings } from '../e2e/deployment.ts';
import { type Killable, startKillable } from '../e2e/killable.ts';

/** Three masters with one replica each, of the test's own. */
export interface RedisCluster {
  /** What tells the product where they are. */
  readonly settings: Settings;
  readonly nodes: readonly ClusterNode[];
  /** The node that has this key now. */
  masterOf(key: string): Promise<ClusterNode>;
}

export interface ClusterNode extends Killable {
  /** What it calls itself. */
  readonly id: string;
  /** A connection of the test's own to this node alone. */
  readonly redis: Redis;
}

const MASTERS = 3;
const SLOTS = 16_384;
const NODE_TIMEOUT_MS = 2_000;
/** Where a node talks to the others, counted from its port. */
const BUS = 10_000;
const START_MS = 60_000;

/** Starts them, with their data in `folder`. */
export async function startRedisCluster(
  folder: string,
  cleanUps: CleanUp[],
): Promise<RedisCluster> {
  const nodes: ClusterNode[] = [];
  for (let number = 0; number < 2 * MASTERS; number += 1) {
    const dir = join(folder, `node-${number}`);
    const node = await startKillable(await nodeProcess(dir), dir);
    cleanUps.push(node.kill);
    const redis = new Redis({ port: node.port, retryStrategy: () => 100 });
    redis.on('error', () => undefined);
    cleanUps.push(async () => redis.disconnect());
    nodes.push({ ...node, redis, id: String(await redis.cluster('MYID')) });
  }
  await makeCluster(nodes);

  /** The nodes as one of those that live sees them. */
  async function seen() {
    const alive = nodes.filter(({ redis }) => redis.status === 'ready');
    const text = String(await alive[0]?.redis.cluster('NODES'));
    return text
      .trim()
      .split('\n')
      .map((line) => {
        const [id = '', , flags = '', , , , , , ...slots] = line.split(' ');
        return { id, flags: flags.split(','), slots };
      });
  }
  const nodeOf = (id: string | undefined): ClusterNode => {
    const found = nodes.find((node) => node.id === id);
    if (found === undefined) throw new Error(`No node of the Cluster is it: ${id}.`);
    return found;
  };

  return {
    nodes,
    settings: {
      REDIS_CLUSTER_NODES: nodes.map(({ port }) => `127.0.0.1:${port}`).join(','),
    },
    async masterOf(key) {
      const slot = Number(await nodes.at(-1)?.redis.cluster('KEYSLOT', key));
      const owner = (await seen()).find(
        ({ flags, slots }) =>
          !flags.includes('fail') &&
          slots.some((range) => {
            const [from, to = from] = range.split('-').map(Number);
            return from !== undefined && slot >= from && slot <= Number(to);
          }),
      );
      return nodeOf(owner?.id);
    },
  };
}

async function nodeProcess(dir: string): Promise<ServiceProcess> {
  const service = await waitUntil(
    async () => {
      const candidate = await killableRedis({ dir });
      return (await isPortFree(candidate.port + BUS)) && candidate;
    },
    { timeoutMs: START_MS, intervalMs: 1, what: 'a port whose bus port is free too' },
  );
  const options = {
    'cluster-enabled': 'yes',
    'cluster-config-file': 'nodes.conf',
    'cluster-node-timeout': String(NODE_TIMEOUT_MS),
    'repl-diskless-sync-delay': '0',
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  return { ...service, args: [...service.args, ...args] };
}

/** Makes one Cluster of them: the first three get the slots, the others are their replicas. */
async function makeCluster(nodes: readonly ClusterNode[]): Promise<void> {
  const [first, ...others] = nodes;
  if (first === undefined) return;
  for (const [position, { redis }] of nodes.entries()) {
    // Two nodes of one epoch would have to settle first which of them gives way.
    await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', String(position + 1));
  }
  for (const { port } of others) {
    await first.redis.call('CLUSTER', 'MEET', '127.0.0.1', String(port));
  }
  await whenAllSay(nodes, `cluster_known_nodes:${nodes.length}`);
  for (const [position, { redis }] of nodes.slice(0, MASTERS).entries()) {
    const from = Math.ceil((position * SLOTS) / MASTERS);
    const to = Math.ceil(((position + 1) * SLOTS) / MASTERS);
    await redis.cluster('ADDSLOTS', ...Array.from({ length: to - from }, (_, at) => from + at));
  }
  for (const [position, { redis }] of nodes.slice(MASTERS).entries()) {
    await redis.call('CLUSTER', 'REPLICATE', nodes[position]?.id ?? '');
  }
  await whenAllSay(nodes, 'cluster_state:ok');
  for (const { redis } of nodes.slice(MASTERS)) {
    await waitUntil(async () => ((await redis.call('ROLE')) as unknown[])[3] === 'connected', {
      timeoutMs: START_MS,
      what: 'a replica to be in touch with its master',
    });
  }
}

async function whenAllSay(nodes: readonly ClusterNode[], line: string): Promise<void> {
  for (const { redis, port } of nodes) {
    await waitUntil(async () => String(await redis.cluster('INFO')).includes(line), {
      timeoutMs: START_MS,
      what: `${line} of the node at ${port}`,
    });
  }
}
