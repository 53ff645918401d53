import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { useDeployment } from './deployment.ts';
import { exitCodes } from './exitCodes.ts';

const deployment = useDeployment({ users: 200 });
beforeEach(() => deployment.pace(0));

describe('pm2 stop ends a process with code 0 within its kill_timeout', () => {
  afterEach(async () => {
    await deployment.pm2.run('start', 'all');
    await deployment.whenReady('ok');
  });

  it.each([
    ['api-server', 1],
    ['worker', 2],
  ])('%s', async (name, instances) => {
    const mark = await deployment.pm2.logMark();
    await deployment.pm2.run('stop', name);
    expect(await exitCodes(deployment.pm2, name, mark)).toEqual(Array(instances).fill('0'));
  });

  it('both, while Redis is away', async () => {
    const mark = await deployment.pm2.logMark();
    await deployment.redis.kill();
    await deployment.whenReady('degraded');
    await deployment.pm2.run('stop', 'all');
    await deployment.redis.start();
    expect(await exitCodes(deployment.pm2, 'api-server', mark)).toEqual(['0']);
    expect(await exitCodes(deployment.pm2, 'worker', mark)).toEqual(['0', '0']);
  });
});

it('hands back jobs that outlast the grace: another worker takes them, no attempt is lost', async () => {
  const { pm2 } = deployment;
  await deployment.pace(60_000);
  const runId = await deployment.beginRun();
  await deployment.whenExecuted(runId, 20);
  await deployment.pace(0);
  const mark = await pm2.logMark();
  await pm2.run('reload', 'worker');
  expect(await exitCodes(deployment.pm2, 'worker', mark)).toEqual(['0', '0']);
  await deployment.expectAllDone(runId);
  expect(await JobStatusModel.countDocuments({ runId, attempts: { $ne: 1 } })).toBe(0);
  expect(await JobStatusModel.countDocuments({ runId, starts: 2 })).toBe(20);
});

it('loses no request while the API is reloaded', async () => {
  const { api, pm2 } = deployment;
  const runId = await deployment.beginRun();
  const answers: number[] = [];
  const repeated: string[] = [];
  let reloading = true;

  /** An idle connection may be closed just as a request is sent on it: that is sent once more. */
  async function ask(): Promise<void> {
    const path = `/app/job-status/runs/${runId}`;
    const { status } = await api.get(path).catch((error: Error) => {
      repeated.push(error.message);
      return api.get(path);
    });
    answers.push(status);
  }
  const client = async () => {
    while (reloading) {
      await ask();
      await wait(50);
    }
  };
  const clients = [client(), client(), client()];
  await waitUntil(async () => answers.length > 20, { timeoutMs: 30_000, what: '20 answers' });
  const [before] = await pm2.online('api-server');
  await pm2.run('reload', 'api-server');
  const [after] = await pm2.online('api-server');
  const atReload = answers.length;
  await waitUntil(async () => answers.length > atReload + 20, {
    timeoutMs: 30_000,
    what: '20 answers of the new process',
  });
  reloading = false;
  await Promise.all(clients);

  expect(after?.pid).not.toBe(before?.pid);
  expect(answers.filter((status) => status !== 200)).toEqual([]);
  expect(repeated.length).toBeLessThanOrEqual(clients.length);
});
