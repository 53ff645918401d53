import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectDir } from '../../scripts/project.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { useDeployment } from '../e2e/deployment.ts';
import { startLocalServer } from '../integration/localServer.ts';
import { QUICK } from './faultSettings.ts';

const CALLS = 20;
const CALL_MS = 80_000;

/** A target that takes its time; by the key of a call, when it came. */
const came: string[] = [];
const target = await startLocalServer((request, response) => {
  came.push(String(request.headers['idempotency-key']));
  setTimeout(() => response.end('at last'), CALL_MS);
});
afterAll(target.stop);

const deployment = useDeployment({
  users: 1,
  settings: {
    ...QUICK,
    EGRESS_ALLOW: `127.0.0.1:${target.port}`,
    DATA_KEY: randomBytes(32).toString('hex'),
    // The HTTP tasks are left to worker-http, whose own setting names them.
    WORKER_QUEUES: 'user-data',
  },
});

beforeAll(async () => {
  const ecosystem = join(projectDir, 'ecosystem.config.js');
  await deployment.pm2.run('start', ecosystem, '--only', 'worker-http');
});

it('25 pm2 reload in the middle of twenty 80-second calls', async ({ task: { meta } }) => {
  const { pm2, api } = deployment;
  const ids: string[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    const { status, body } = await api.post('/api/v1/http-tasks', {
      api_url: `${target.url}/${call}`,
    });
    expect(status).toBe(202);
    ids.push(String(body.id));
  }
  await waitUntil(async () => came.length === CALLS, { timeoutMs: 60_000, what: 'the calls' });

  const mark = await pm2.logMark();
  const [before] = await pm2.online('worker-http');
  const began = performance.now();
  await pm2.run('reload', 'worker');
  const othersMs = performance.now() - began;
  expect(othersMs, 'a reload of the others').toBeLessThan(30_000);
  await pm2.run('reload', 'worker-http');
  const [after] = await pm2.online('worker-http');
  expect(after?.pid).not.toBe(before?.pid);
  expect(await pm2.log(mark)).not.toContain('SIGKILL');

  for (const id of ids) {
    const task = await waitUntil(
      async () => {
        const { body } = await api.get(`/api/v1/http-tasks/${id}`);
        return body.status === 'completed' && body;
      },
      { timeoutMs: 60_000, what: `the end of ${id}` },
    );
    expect(task.attempts).toMatchObject([{ outcome: 'completed', status: 200 }]);
  }
  meta.fault = {
    ...{ lost: ids.filter((id) => !came.includes(id)).length, twice: came.length - CALLS },
    ...{ doubled: null, settledS: null, firstS: null, acceptedS: null, begunAgain: 0 },
    expected: 'none is repeated; a reload of the other workers waits for none of them',
    seen: `${CALLS} calls of ${CALL_MS / 1_000} s, each done by its first attempt; the others reloaded in ${(othersMs / 1_000).toFixed(1)} s`,
  };
  expect(came.toSorted(), 'calls, none of them repeated').toEqual(ids.toSorted());
});
