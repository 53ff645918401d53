import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectDir } from '../../scripts/project.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { HttpExecutionModel } from '../../server/models/HttpExecutionModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { startLocalServer } from '../integration/localServer.ts';
import { QUICK } from './faultSettings.ts';

const DOWN_MS = 60_000;
const HELD = 100;
/** The longest that a task of a healthy host may take while a hundred of another host wait: no longer than without them. */
const PROMPT_MS = 5_000;

const isWell: RequestListener = (_request, response) => void response.end('well');
const other = await startLocalServer(isWell);
let host = await startLocalServer(isWell);
const { port: well } = other;
const { port: down } = host;
await host.stop();
afterAll(() => Promise.all([other.stop(), host.stop()]));

const deployment = useDeployment({
  users: 1,
  settings: {
    ...QUICK,
    EGRESS_ALLOW: `127.0.0.1:${well},127.0.0.1:${down}`,
    DATA_KEY: randomBytes(32).toString('hex'),
    WORKER_QUEUES: 'user-data',
  },
});

beforeAll(async () => {
  const ecosystem = join(projectDir, 'ecosystem.config.js');
  await deployment.pm2.run('start', ecosystem, '--only', 'worker-http');
});

function take(port: number, number: number): Promise<string> {
  return waitUntil(
    async () => {
      const { status, body } = await deployment.api.post(
        '/api/v1/http-tasks',
        { api_url: `http://127.0.0.1:${port}/${number}`, max_retry_count: 1 },
        { 'idempotency-key': `${port}-${number}` },
      );
      return status === 202 && String(body.id);
    },
    { timeoutMs: 30_000, what: 'a task to be taken' },
  );
}

it('27 a host of HTTP tasks down for a minute', async ({ task: { meta } }) => {
  const since = Date.now();
  const held: string[] = [];
  for (let number = 0; number < HELD; number += 1) held.push(await take(down, number));

  const others: string[] = [];
  while (Date.now() < since + DOWN_MS) {
    others.push(await take(well, others.length));
    await delay(500);
  }
  const { body } = await deployment.api.get('/api/v1/destinations');
  const items = body.items as { destination: string; state: string; held: number }[];
  expect(items.find(({ destination }) => destination === `127.0.0.1:${down}`)).toMatchObject({
    state: 'down',
  });

  host = await startLocalServer(isWell, down);
  const back = Date.now();
  await waitUntil(async () => (await HttpExecutionModel.countDocuments({ outcome: null })) === 0, {
    timeoutMs: 180_000,
    intervalMs: 250,
    what: 'the end of all tasks',
  });
  const settledS = (Date.now() - back) / 1_000;

  const ended = await HttpExecutionModel.find({}).lean();
  expect(ended.filter(({ outcome }) => outcome !== 'completed')).toEqual([]);
  const ofHost = ended.filter(({ _id }) => held.includes(_id));
  // Each has its one retry still: what failed while the host was down is not counted.
  expect(ofHost.filter(({ retryCount }) => retryCount > 0)).toEqual([]);
  const waits = ended
    .filter(({ _id }) => others.includes(_id))
    .map(({ createdAt, finishedAt }) => (finishedAt?.getTime() ?? 0) - createdAt.getTime());
  expect(waits.length).toBeGreaterThan(30);
  expect(Math.max(...waits), 'ms that a task of another host took').toBeLessThan(PROMPT_MS);
  meta.fault = {
    ...{ lost: 0, twice: 0, doubled: null, settledS, firstS: null, acceptedS: null },
    begunAgain: null,
    expected: 'its tasks lose no attempt, others are not slowed, it recovers by itself',
    seen: `${HELD} tasks held; ${waits.length} of another host, the slowest ${Math.max(...waits)} ms`,
  };
});
