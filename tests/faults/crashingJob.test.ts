import { expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { UserModel } from '../../server/models/UserModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { executionsOf } from './ledgers.ts';
import { underLoad } from './underLoad.ts';

const JOB_MS = 250;
const CRASHED = { status: 'failed', 'error.code': 'CRASHED_TOO_OFTEN' } as const;

const deployment = useDeployment({ users: 2_000, settings: QUICK });

it('12 a job that crashes its worker each time', async (context) => {
  const load = await underLoad(context, deployment, {
    expected: 'DLQ after the bound, others progress',
    bounds: { lost: 0, twice: 0, doubled: 0 },
    jobMs: JOB_MS,
  });
  const poison = await UserModel.findOne({}, { _id: 1 }).lean();
  const userId = poison?._id.toHexString() ?? '';
  await deployment.behave({ paceMs: JOB_MS, crashingUsers: [userId] });
  const { status } = await deployment.api.post('/app/job-status/runs', { userIds: [userId] });
  expect(status).toBe(202);
  const before = await executionsOf(load.stream.accepted);
  await waitUntil(async () => (await JobStatusModel.countDocuments(CRASHED)) > 0, {
    timeoutMs: 180_000,
    what: 'the job to be in the DLQ',
  });
  expect(await executionsOf(load.stream.accepted)).toBeGreaterThan(before + 100);
  await deployment.pace(JOB_MS);
  await load.settle();

  const failed = await JobStatusModel.find({ status: 'failed' }, { userId: 1, error: 1 }).lean();
  for (const job of failed) {
    expect(job.userId.toHexString()).toBe(userId);
    expect(job.error?.code).toBe('CRASHED_TOO_OFTEN');
  }
  load.probe.expectServedOrUnavailable();
});
