import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import { provideEnqueuer } from '../Services/BackgroundJobs/enqueue.ts';
import {
  createEnqueuer,
  type Enqueuer,
  horizonOf,
} from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import type { Lanes } from '../Services/BackgroundJobs/enqueuing/lanes.ts';

/** Lets `enqueue` and `enqueueMany` put jobs in from anywhere in this process, until `forget`. */
export function startEnqueuing(
  env: Env,
  lanes: Lanes,
  log: Logger,
): { enqueuer: Enqueuer; forget: () => Promise<void> } {
  const enqueuer = createEnqueuer({
    lanes,
    batchSize: env.USER_BATCH_SIZE,
    horizonMs: horizonOf(env),
    log,
  });
  const forget = provideEnqueuer(enqueuer);
  return { enqueuer, forget: async () => forget() };
}

/** Hands over again what Redis refused of this process; called whenever Redis is back. */
export function handOverRefused(env: Env, lanes: Lanes, log: Logger): void {
  for (const { outbox } of lanes) {
    outbox.enqueueRefused(env.USER_BATCH_SIZE).catch((error: unknown) => {
      log.debug('What Redis had refused is left to the reconciler', { error });
    });
  }
}
