import { beforeEach, expect, it } from 'vitest';
import { watchBalance } from './balanceWatch.ts';
import { useDeployment } from './deployment.ts';

const deployment = useDeployment({ users: 2_000 });
beforeEach(() => deployment.pace(0));

it('loses no job when workers are added, taken away and reloaded in the middle of a run', async () => {
  const { pm2, api } = deployment;
  await deployment.pace(500);
  const runId = await deployment.beginRun();
  const watch = watchBalance(api, runId);

  await deployment.whenExecuted(runId, 50);
  await pm2.run('scale', 'worker', '4');
  expect(await pm2.online('worker')).toHaveLength(4);
  await pm2.run('scale', 'worker', '1');
  expect(await pm2.online('worker')).toHaveLength(1);
  await pm2.run('reload', 'worker');
  expect((await deployment.run(runId)).sealed, 'all this in the middle of the run').toBeNull();

  await deployment.pace(0);
  await deployment.expectAllDone(runId);
  await watch.stop();
  // Stopped in order: nobody was killed, and no user's work was done a second time.
  expect(await pm2.log()).not.toContain('SIGKILL');
  expect((await deployment.executions(runId)).total).toBe(deployment.users);
});
