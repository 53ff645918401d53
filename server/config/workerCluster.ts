import { Cluster, type ClusterNode } from 'ioredis';

type Options = NonNullable<ConstructorParameters<typeof Cluster<'legacy'>>[1]>;

/**
 * A Cluster whose `connect` always settles. That of ioredis (6.0.0) does not where a Cluster that has just lost a master
 * fails its ready check: it connects anew by itself, and never settles the first promise. BullMQ (6.7.0) waits for it
 * whenever it has given up the connection on which it waits for jobs, and its worker would never take a job of that queue
 * again. Duplicates are WorkerClusters too: BullMQ waits for jobs on one.
 */
export class WorkerCluster extends Cluster {
  readonly #nodes: readonly ClusterNode[];
  readonly #options: Options;
  /** One for all who wait. Not a field of this class: ioredis connects before there are any. */
  declare private untilReady?: Promise<void>;

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

  override connect(): Promise<void> {
    const attempt = super.connect();
    this.untilReady ??= readyOrEnded(this).finally(() => {
      delete this.untilReady;
    });
    return Promise.race([attempt, this.untilReady]);
  }
}

/** Settles once the Cluster is ready, or closed for good. */
function readyOrEnded(cluster: Cluster): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (done: () => void) => {
      cluster.off('ready', onReady).off('end', onEnd);
      done();
    };
    const onReady = () => settle(resolve);
    const onEnd = () => {
      // Told a moment late, it may be of the connection before. By these words BullMQ knows what happened.
      if (cluster.status === 'end') settle(() => reject(new Error('Connection is closed.')));
    };
    cluster.on('ready', onReady).on('end', onEnd);
  });
}
