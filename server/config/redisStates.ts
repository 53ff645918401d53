import { Cluster, type Redis } from 'ioredis';

/**
 * Calls this each time a connection to a server has broken, be it one node of a Cluster that itself
 * stays ready.
 */
export function onLost(redis: Redis | Cluster, listener: () => void): void {
  redis.on('close', listener);
  if (redis instanceof Cluster) redis.on('-node', listener);
}

/** Calls this each time a server can be written to again, be it one node of a Cluster. */
export function onBack(redis: Redis | Cluster, listener: () => void): void {
  redis.on('ready', listener);
  if (redis instanceof Cluster) onNodeReady(redis, listener);
}

/** Calls this, with `host:port`, each time a connection to a node of a Cluster is ready. */
export function onNodeReady(cluster: Cluster, listener: (node: string) => void): void {
  const watch = (node: Redis) => {
    const { host, port } = node.options;
    // Each queue listens, to each node.
    node.setMaxListeners(Number.POSITIVE_INFINITY);
    node.on('ready', () => listener(`${host}:${port}`));
  };
  for (const node of cluster.nodes('all')) watch(node);
  cluster.on('+node', watch);
}
