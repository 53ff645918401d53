import { succeedsInTime } from '../config/inTime.ts';
import { ok } from './reply.ts';

export interface HealthDeps {
  /** The way by which the hourly work is done, if any. */
  mode: 'queue' | 'legacy' | 'off';
  mongo(): Promise<boolean>;
  redis(): Promise<boolean>;
  /** Whether the process has begun to stop and should be given no more requests. */
  stopping(): boolean;
}

const CHECK_DEADLINE_MS = 700;

async function isUp(check: () => Promise<boolean>): Promise<'up' | 'down'> {
  return (await succeedsInTime(check, CHECK_DEADLINE_MS)) ? 'up' : 'down';
}

/** Whether the process lives, and whether it can serve. */
export function createHealthController({ mode, mongo, redis, stopping }: HealthDeps) {
  let looking: Promise<('up' | 'down')[]> | undefined;

  /** Those who ask at once share one look: no flood of probes reaches MongoDB or Redis. */
  function look(): Promise<('up' | 'down')[]> {
    looking ??= Promise.all([isUp(mongo), isUp(redis)]).finally(() => {
      looking = undefined;
    });
    return looking;
  }

  return {
    live: () => ok({ status: 'ok' as const }),

    /** 503 only if nothing can be served; without Redis all that reads MongoDB still can. */
    async ready() {
      const [mongodb = 'down', redisState = 'down'] = await look();
      const process = stopping() ? ('stopping' as const) : ('running' as const);
      const checks = { mongodb, redis: redisState, process };
      if (mongodb === 'down' || process === 'stopping') {
        return { status: 503 as const, body: { status: 'down' as const, mode, checks } };
      }
      const status = redisState === 'down' ? ('degraded' as const) : ('ok' as const);
      return ok({ status, mode, checks });
    },
  };
}

export type HealthController = ReturnType<typeof createHealthController>;
