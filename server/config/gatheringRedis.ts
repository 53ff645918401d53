import { Redis } from 'ioredis';

/**
 * A connection whose commands of one turn of the event loop leave in one write. Jobs that are recorded
 * together are acknowledged together: with a write for each, a tenth of a busy worker's time went into
 * calls of the kernel.
 */
export class GatheringRedis extends Redis {
  #gathering = false;

  override sendCommand(...command: Parameters<Redis['sendCommand']>): unknown {
    this.#gather();
    return super.sendCommand(...command);
  }

  #gather(): void {
    if (this.#gathering || this.status !== 'ready') return;
    const { stream } = this;
    this.#gathering = true;
    stream.cork();
    process.nextTick(() => {
      this.#gathering = false;
      stream.uncork();
    });
  }
}
