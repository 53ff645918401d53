import { expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { parseSettings } from '../../server/config/env.ts';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { UserModel } from '../../server/models/UserModel.ts';
import { userDataJobId } from '../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { underLoad } from './underLoad.ts';

const JOB_MS = 250;
/** A job that outlives so many crashes fails at the next. */
const MAX_CRASHES = parseSettings(QUICK).WORKER_MAX_CRASHES;

const deployment = useDeployment({ users: 2_000, settings: QUICK });

it('12 a job that crashes its worker each time', async (context) => {
  // The stream comes to this user a good while later.
  const poison = await UserModel.findOne({}, { _id: 1 }).sort({ _id: -1 }).lean();
  const userId = poison?._id.toHexString() ?? '';
  const load = await underLoad(context, deployment, {
    expected: 'DLQ after the bound, others progress',
    bounds: { lost: 0, twice: 0, doubled: 0 },
    jobMs: JOB_MS,
    mayFail: [userId],
  });
  await deployment.behave({ paceMs: JOB_MS, crashingUsers: [userId] });
  const { status, body } = await deployment.api.post('/app/job-status/runs', { userIds: [userId] });
  expect(status).toBe(202);
  const runId = String(body.runId);
  const jobId = userDataJobId(runId, userId);
  const completed = () => JobStatusModel.countDocuments({ status: 'completed' });
  const before = await completed();
  await waitUntil(async () => (await JobStatusModel.findById(jobId).lean())?.status === 'failed', {
    timeoutMs: 180_000,
    what: 'the job to be in the DLQ',
  });
  expect(await completed()).toBeGreaterThan(before + 100);
  await deployment.pace(JOB_MS);
  const row = await load.settle();

  const { total } = await deployment.executions(runId);
  row.seen = `${total} starts, each of which ended its worker`;
  expect(total).toBe(MAX_CRASHES + 1);
  const { body: page } = await deployment.api.get('/app/job-status/failed?limit=500');
  const listed = (page.items as { jobId: string }[]).filter((each) => each.jobId === jobId);
  expect(listed).toHaveLength(1);
  const job = await JobStatusModel.findById(jobId).lean();
  expect(job).toMatchObject({ generation: 1, error: { code: 'CRASHED_TOO_OFTEN' } });
  expect(job?.starts).toBeGreaterThanOrEqual(MAX_CRASHES + 1);
  expect(job?.history.length, 'lines of its history').toBeGreaterThan(0);

  const failed = await JobStatusModel.find({ status: 'failed' }, { userId: 1, error: 1 }).lean();
  for (const job of failed) {
    expect(job.userId?.toHexString()).toBe(userId);
    expect(job.error?.code).toBe('CRASHED_TOO_OFTEN');
  }
  load.probe.expectServedOrUnavailable();
});
