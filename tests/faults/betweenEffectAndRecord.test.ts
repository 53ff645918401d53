import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { type Deployment, useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { busyWorker, executedAgain } from './jobsAtWork.ts';
import { writesSince, writtenAgain } from './ledgers.ts';
import { jobsAcknowledged, ownConnection } from './redisOfDeployment.ts';
import { settingsFor } from './strand.ts';
import { useTrade } from './trade.ts';
import { underLoad } from './underLoad.ts';

const strands = [await useTrade()];
const settings = settingsFor(strands, QUICK);
const expectation = {
  expected: 'effect once, record right',
  bounds: { lost: 0, twice: 0, doubled: 0 },
  strands,
};

/** A job stays at work for longer after its effect. */
const AFTER_EFFECT_MS = 250;

/** Kills all workers, at the moment that is waited for. */
async function killWorkers({ pm2 }: Deployment, moment?: () => Promise<unknown>): Promise<void> {
  const workers = await pm2.online('worker');
  await moment?.();
  for (const { pid } of workers) process.kill(pid, 'SIGKILL');
}

const whenEffectsAreFresh = () =>
  waitUntil(async () => (await writesSince(Date.now() - AFTER_EFFECT_MS)) > 7, {
    timeoutMs: 30_000,
    intervalMs: 10,
    what: 'eight jobs between effect and acknowledgement',
  });

describe('after the effect', () => {
  const deployment = useDeployment({ users: 2_000, settings });

  it('15 kill -9 between effect and acknowledgement', async (context) => {
    const load = await underLoad(context, deployment, expectation);
    await killWorkers(deployment, whenEffectsAreFresh);
    const row = await load.settle();
    const again = await writtenAgain(load.stream.accepted);
    row.seen = `${again.length} jobs met there, and written again to no effect`;
    expect(again.length).toBeGreaterThan(5);
    const records = await JobStatusModel.find({ _id: { $in: again } }).lean();
    expect(records).toHaveLength(again.length);
    for (const record of records) {
      expect(record).toMatchObject({ status: 'completed', attempts: 1, generation: 1, starts: 2 });
    }
    load.probe.expectServedOrUnavailable();
  });
});

describe('after the acknowledgement', () => {
  const deployment = useDeployment({ users: 2_000, settings });

  it('15 kill -9 between acknowledgement and record', async (context) => {
    const load = await underLoad(context, deployment, expectation);
    const redis = ownConnection(deployment.redis);
    // Some have their effect by then and are acknowledged, others have not and are handed back.
    await busyWorker(deployment, 8);
    // While MongoDB is away, what is at work ends and is acknowledged, and no record is written.
    await deployment.mongo.kill();
    const killedAt = Date.now();
    const acknowledged = () => jobsAcknowledged(redis, killedAt);
    await waitUntil(async () => (await acknowledged()).length > 5, {
      timeoutMs: 10_000,
      what: 'jobs to be acknowledged',
    });
    await killWorkers(deployment);
    const unrecorded = await acknowledged();
    await deployment.mongo.start();
    const row = await load.settle();
    row.seen = `${unrecorded.length} jobs met there, none of them begun again`;
    const records = await JobStatusModel.find({ _id: { $in: unrecorded } }).lean();
    expect(records).toHaveLength(unrecorded.length);
    for (const record of records) {
      expect(record).toMatchObject({ status: 'completed', attempts: 1, generation: 1, starts: 1 });
    }
    const again = new Set(await executedAgain());
    expect(unrecorded.filter((id) => again.has(id))).toEqual([]);
    load.probe.expectServedOrUnavailable();
  });
});
