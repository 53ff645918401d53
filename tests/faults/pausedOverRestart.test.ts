import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { executionsOf } from './ledgers.ts';
import { underLoad } from './underLoad.ts';

const deployment = useDeployment({ users: 2_000, settings: QUICK });
const QUEUE = '/app/queues/user-data';
const QUIET_MS = 5_000;

it('23 a queue paused over a restart of everything', async (context) => {
  const { api, redis, mongo, pm2 } = deployment;
  const load = await underLoad(context, deployment, {
    expected: 'it stays paused and says so; once resumed L = X = R = 0',
    bounds: { lost: 0, twice: 0, doubled: 0 },
    posts: { acceptedWithinS: 10, mayCloseIdle: true },
    // What gathers in the pause must be done within two reconciler intervals of its end.
    ...{ jobMs: 100, pace: { usersPerRun: 4, intervalMs: 250 } },
  });
  const note = 'the mail server moves';
  expect((await api.post(`${QUEUE}/pause`, { note })).status).toBe(200);
  const cut = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'HUNG'];
  await load.takeApiAway(cut, async () => {
    await pm2.run('stop', 'all');
    await redis.kill();
    await redis.wipe();
    await mongo.kill();
    await mongo.start();
    await redis.start();
    await pm2.run('restart', 'all');
    await deployment.whenReady('ok');
  });
  const isPaused = async () => {
    const { items } = (await api.get('/app/queues')).body as {
      items: { queue: string; paused: unknown }[];
    };
    return items.find(({ queue }) => queue === 'user-data')?.paused;
  };
  expect(await isPaused()).toMatchObject({ note });
  const [waiting] = load.singles.accepted.slice(-1);
  await waitUntil(
    async () => {
      const { body } = await api.get(`/app/job-status/why/${waiting?.jobId}`);
      return String(body.why).includes(note);
    },
    { timeoutMs: 30_000, what: 'why to say that the queue is paused' },
  );
  // What was at work has ended, or its worker has: from now on nothing begins.
  await wait(QUIET_MS);
  const before = await executionsOf(load.stream.accepted);
  await wait(QUIET_MS);
  expect(await executionsOf(load.stream.accepted), 'jobs begun while paused').toBe(before);
  expect((await api.post(`${QUEUE}/resume`)).status).toBe(200);
  const row = await load.settle();
  row.seen = `no start in ${QUIET_MS / 1_000} s of the pause`;
});
