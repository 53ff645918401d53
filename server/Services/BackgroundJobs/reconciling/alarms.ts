import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { silentWorkers } from '../consuming/workerSigns.ts';
import type { Admission } from '../queues/admission.ts';

/**
 * Why all records should be held against the queue now, and not only when counts disagree: Redis
 * is not the process that it was at the last look, or has lost its data (restarted, failed over,
 * wiped), or a worker ended without farewell since.
 */
export interface Alarms {
  /**
   * When the newest cause was first seen; null when there is none.
   * @throws AppError while Redis must not be used.
   */
  ring(): Promise<Date | null>;
  /**
   * Whether Redis has come back as another process, or lost its data, since this was last asked. Cheap
   * enough to be asked each second: what is due at a certain time cannot wait for the grace.
   */
  redisCameBack(): Promise<boolean>;
  /** Called when all was looked through: until the next cause, counts are enough. */
  reset(): Promise<void>;
}

/**
 * Leaves in Redis, as its mark, the `run_id` of the process that had it: data that come back under
 * another process, after a restart or a failover, may lack their last second. Which silent workers
 * were seen to is kept in memory.
 */
export function createAlarms(
  redis: RedisConnection,
  prefix: string,
  admission?: Pick<Admission, 'require'>,
): Alarms {
  const key = `${prefix}:epoch`;
  let handled = new Set<string>();
  let silent: string[] = [];
  let runId = '';
  /** Under which Redis was seen last to lack our mark. */
  let toldOf = '';
  let ringing: { causes: string; since: Date } | null = null;
  return {
    async ring() {
      admission?.require();
      runId = await runIdOf(redis, key);
      const mark = await redis.get(key);
      silent = (await silentWorkers()).sort();
      const fellSilent = silent.filter((name) => !handled.has(name));
      const causes = [...(mark === runId ? [] : [runId]), ...fellSilent].join(' ');
      if (causes === '') ringing = null;
      else if (causes !== ringing?.causes) ringing = { causes, since: new Date() };
      return ringing?.since ?? null;
    },
    async redisCameBack() {
      const now = await runIdOf(redis, key);
      const isMarked = (await redis.get(key)) === now;
      const isNew = !isMarked && toldOf !== now;
      toldOf = isMarked ? '' : now;
      return isNew;
    },
    async reset() {
      admission?.require();
      handled = new Set(silent);
      await redis.set(key, runId);
      ringing = null;
    },
  };
}

/**
 * The name that a Redis process gives itself at its start. Asked by a script, because INFO has no
 * key: of a Cluster any node would answer it, and not the one that has the queues.
 */
async function runIdOf(redis: RedisConnection, key: string): Promise<string> {
  const info = String(await redis.eval("return redis.call('INFO', 'server')", 1, key));
  return /^run_id:(\w+)/m.exec(info)?.[1] ?? 'unnamed';
}
