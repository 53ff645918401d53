import { Cluster, type ClusterNode } from 'ioredis';

type Options = NonNullable<ConstructorParameters<typeof Cluster<'legacy'>>[1]>;

/**
 * A Cluster whose `connect` always settles. That of ioredis (6.0.0) does not where a Cluster that has just lost a master
 * fails its ready check: it connects anew by itself, and forgets who waits. BullMQ (6.7.0) waits for it whenever it has
 * given up the connection on which it waits for jobs, and its worker would never take a job of that queue again. What is
 * duplicated from it is the same, because BullMQ waits for jobs on a duplicate.
 */
export class WorkerCluster extends Cluster {
  readonly #nodes: readonly ClusterNode[];
  readonly #options: Options;

  constructor(nodes: readonly ClusterNode[], options: Options) {
    super([...nodes], options);
    this.#nodes = nodes;
    this.#options = options;
  }

  override duplicate(...[nodes = [], override = {}]: Parameters<Cluster['duplicate']>): Cluster {
    const { replyMapping: _, ...redisOptions } = override.redisOptions ?? {};
    const options = {
      ...{ ...this.#options, ...override },
      redisOptions: { ...this.#options.redisOptions, ...redisOptions },
    };
    return new WorkerCluster(nodes.length > 0 ? nodes : this.#nodes, options);
  }

  override async connect(): Promise<void> {
    let onEnd = (): void => undefined;
    let onReady = (): void => undefined;
    const settled = new Promise<void>((resolve, reject) => {
      onReady = resolve;
      onEnd = () => {
        // Told a moment late, it may be of the connection before.
        if (this.status === 'end') reject(new Error('The connection to the Cluster was closed.'));
      };
    });
    this.on('ready', onReady).on('end', onEnd);
    try {
      await Promise.race([super.connect(), settled]);
    } finally {
      this.off('ready', onReady).off('end', onEnd);
    }
  }
}
