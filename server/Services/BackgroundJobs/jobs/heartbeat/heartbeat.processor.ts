import type { WorkerPlatform } from '../../queues/catalogue.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import { Cancelled } from '../outcomes.ts';
import type { heartbeatJob } from './heartbeat.job.ts';

const ANSWER_MS = 8_000;

/** Pings `HEARTBEAT_URL/<schedule>`, or its `/fail`: slugs under a ping key, as healthchecks.io has them. */
export function loadHeartbeatProcessor({ env }: WorkerPlatform): ProcessorOf<typeof heartbeatJob> {
  const base = env.HEARTBEAT_URL?.replace(/\/$/, '');
  return async ({ schedule, slot, outcome }, { signal }) => {
    if (base === undefined) throw new Cancelled('HEARTBEAT_URL is not set any more.');
    const response = await fetch(`${base}/${schedule}${outcome === 'fail' ? '/fail' : ''}`, {
      method: 'POST',
      redirect: 'manual',
      body: `The slot of ${slot} ended: ${outcome}.`,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`The heartbeat’s receiver answered ${response.status}.`);
    return { status: response.status };
  };
}
