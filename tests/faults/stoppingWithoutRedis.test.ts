import { expect, it } from 'vitest';
import { useDeployment } from '../e2e/deployment.ts';
import { exitCodes } from '../e2e/exitCodes.ts';
import { QUICK } from './faultSettings.ts';
import { underLoad } from './underLoad.ts';

const deployment = useDeployment({ users: 2_000, settings: QUICK });

it('16 SIGINT to API and workers while Redis is away', async (context) => {
  const { pm2, redis } = deployment;
  const load = await underLoad(context, deployment, {
    expected: 'exit before kill_timeout, code 0',
    bounds: { lost: 0, twice: 0, doubled: 0 },
  });
  await redis.kill();
  await deployment.whenReady('degraded');
  const mark = await pm2.logMark();
  // Whoever asks while no process listens is refused by the system; what was idle is closed.
  await load.takeApiAway(['ECONNREFUSED', 'ECONNRESET'], async () => {
    await pm2.run('stop', 'all');
    expect(await exitCodes(pm2, 'api-server', mark)).toEqual(['0']);
    expect(await exitCodes(pm2, 'worker', mark)).toEqual(['0', '0']);
    await redis.start();
    await pm2.run('start', 'all');
  });
  await load.settle();
  load.probe.expectServedOrUnavailable(load);
});
