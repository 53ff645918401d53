import type { Redis } from 'ioredis';
import { GatheringRedis } from './gatheringRedis.ts';
import type { RedisOptions } from './redisOptions.ts';

/**
 * A connection that is none when the server refuses its database: ioredis (6.0.0) only emits the
 * error, goes on, and puts everything into database 0. Here it is closed, and tried again as after any
 * other failure. What is duplicated from it is as strict: BullMQ waits for jobs on a duplicate.
 */
export class StrictRedis extends GatheringRedis {
  override duplicate(override: Partial<RedisOptions> = {}): Redis {
    const { replyMapping: _, ...options } = this.options;
    return new StrictRedis({ ...options, ...override });
  }

  override async select(database: number | string): Promise<'OK'> {
    const isHandshake = this.status === 'connect';
    try {
      return await super.select(database);
    } catch (error) {
      if (!isHandshake || !(error instanceof Error)) throw error;
      this.recoverFromFatalError(error, error, {});
      // An answer would let the handshake go on.
      return new Promise(() => undefined);
    }
  }
}
