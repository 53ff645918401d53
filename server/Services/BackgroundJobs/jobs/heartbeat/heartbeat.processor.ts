import { SlotModel } from '../../../../models/system/SlotModel.ts';
import { openConfigured } from '../../../Egress/configuredAddress.ts';
import type { WorkerPlatform } from '../../queues/catalogue.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import { Cancelled } from '../outcomes.ts';
import type { heartbeatJob } from './heartbeat.job.ts';

const TIMEOUT_MS = 8_000;
/** What is put behind the schedule's name. */
const PATHS = { start: '/start', success: '', fail: '/fail' } as const;

export function loadHeartbeatProcessor({ env }: WorkerPlatform): ProcessorOf<typeof heartbeatJob> {
  return heartbeatProcessor(env.HEARTBEAT_URL, hasEnded);
}

/** Pings `HEARTBEAT_URL/<schedule>`, its `/start` or its `/fail`: slugs under a ping key, as healthchecks.io has them. */
export function heartbeatProcessor(
  url: string | undefined,
  hasSlotEnded: (schedule: string, slot: string) => Promise<boolean>,
): ProcessorOf<typeof heartbeatJob> {
  const base = url?.replace(/\/$/, '');
  const call = base === undefined ? undefined : openConfigured(base);
  return async ({ schedule, slot, outcome }, { signal }) => {
    if (call === undefined) throw new Cancelled('HEARTBEAT_URL is not set any more.');
    // A start that is told after the end would be taken for the next one, which then never ends.
    if (outcome === 'start' && (await hasSlotEnded(schedule, slot))) {
      throw new Cancelled('The slot has ended already.');
    }
    const { status, ok } = await call({
      url: `${base}/${schedule}${PATHS[outcome]}`,
      method: 'POST',
      body:
        outcome === 'start'
          ? `The slot of ${slot} began.`
          : `The slot of ${slot} ended: ${outcome}.`,
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    if (!ok) throw new Error(`The heartbeat’s receiver answered ${status}.`);
    return { status };
  };
}

async function hasEnded(schedule: string, slot: string): Promise<boolean> {
  const found = await SlotModel.findOne({ schedule, slot: new Date(slot) }, { outcome: 1 }).lean();
  return found?.outcome != null;
}
