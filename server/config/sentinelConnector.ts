import { SentinelConnector } from 'ioredis';

/**
 * Finds the master by its sentinels, and survives to hear of a failover while it looks for the new
 * master. ioredis (6.0.0, `FailoverDetector`) lets the watch over the old connection end the search
 * for the new one, and the client then gives up for ever: the watch ends here before a search begins.
 */
export class PatientSentinelConnector extends SentinelConnector {
  /** Whether the last connection was made, and a watch over it begun. */
  #watching = false;

  /** ioredis declares a connector's options as unknown, and hands over its own. */
  constructor(options: unknown) {
    super(options as ConstructorParameters<typeof SentinelConnector>[0]);
  }

  override async connect(
    ...args: Parameters<SentinelConnector['connect']>
  ): ReturnType<SentinelConnector['connect']> {
    // Once for each watch: ending it again leaves a listener behind on its closed connections.
    if (this.#watching) this.disconnect();
    this.#watching = false;
    const stream = await super.connect(...args);
    stream.once('connect', () => {
      this.#watching = true;
    });
    return stream;
  }
}
