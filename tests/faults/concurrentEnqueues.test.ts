import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../server/models/system/RunModel.ts';
import { UserModel } from '../../server/models/UserModel.ts';
import { userDataJobId } from '../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import type { Answer, Unanswered } from '../e2e/apiClient.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { useCronWork } from './cronWork.ts';
import { QUICK } from './faultSettings.ts';
import { executionsOf } from './ledgers.ts';
import { settingsFor } from './strand.ts';
import { underLoad } from './underLoad.ts';

const RUNS = '/app/job-status/runs';
const APIS = 3;
const ENQUEUES = 200;
const LOST_REPLIES = 50;
/** Named days have jobs of their own, beside those of the stream. */
const DAYS = { enqueued: '2020-01-01', sameKey: '2020-01-02', unheard: '2020-01-03' };

const strands = [await useCronWork()];
const deployment = useDeployment({ users: 2_000, settings: settingsFor(strands, QUICK) });
/**
 * At the usual 400 ms the stream takes four fifths of what two workers can do: what was measured was how long they take for
 * the backlog of two hundred enqueues.
 */
const JOB_MS = 200;
const held = { bounds: { lost: 0, twice: 0, doubled: 0 }, jobMs: JOB_MS, strands };

async function oneUser(): Promise<string> {
  const user = await UserModel.findOne({}, { _id: 1 }).lean();
  return user?._id.toHexString() ?? '';
}

async function severalApis(): Promise<void> {
  const online = await deployment.pm2.online('api-server');
  if (online.length < APIS) await deployment.pm2.run('scale', 'api-server', String(APIS));
  expect(await deployment.pm2.online('api-server')).toHaveLength(APIS);
}

/** Asks as a careful client does: what was refused for the moment is repeated with its key. */
async function begun(request: object, key: string): Promise<string> {
  const answer = await waitUntil(
    async () => {
      const each = await deployment.api
        .post(RUNS, request, { 'idempotency-key': key })
        .catch(({ code }: Unanswered): Answer => ({ status: 0, ms: 0, body: { code } }));
      return each.status !== 503 && each;
    },
    { timeoutMs: 60_000, what: 'a run to be accepted' },
  );
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 202 });
  return String(answer.body.runId);
}

async function runOfKey(key: string): Promise<string> {
  const run = await waitUntil(
    async () => (await RunModel.findOne({ 'request.key': key }, { _id: 1 }).lean()) ?? false,
    { timeoutMs: 10_000, what: 'the run whose reply was lost' },
  );
  return run._id;
}

const runsOfDay = (asOf: string) => RunModel.find({ 'input.asOf': asOf }, { status: 1 }).lean();

async function whenEnded(asOf: string, runs: number): Promise<void> {
  await waitUntil(
    async () => {
      const found = await runsOfDay(asOf);
      return found.length === runs && found.every(({ status }) => status === 'completed');
    },
    { timeoutMs: 120_000, what: `${runs} runs of ${asOf} to end` },
  );
}

it('18 200 concurrent enqueues of one user, at three API processes', async (context) => {
  await severalApis();
  const { pm2 } = deployment;
  const load = await underLoad(context, deployment, {
    expected: 'one job, the rest name it',
    ...held,
  });
  const userId = await oneUser();
  // No worker ends the job before the last request has come.
  await pm2.run('stop', 'worker');
  const request = { userIds: [userId], asOf: DAYS.enqueued };
  const runIds = await Promise.all(
    Array.from({ length: ENQUEUES }, () => begun(request, randomUUID())),
  );
  expect(new Set(runIds).size).toBe(ENQUEUES);
  const jobIds = runIds.map((runId) => userDataJobId(runId, userId));
  const records = () => JobStatusModel.find({ _id: { $in: jobIds } }).lean();
  await waitUntil(
    async () => (await records()).filter(({ duplicateOf }) => duplicateOf).length === ENQUEUES - 1,
    { timeoutMs: 60_000, what: 'all but one to be duplicates' },
  );
  await pm2.run('start', 'worker');
  const row = await load.settle();
  await whenEnded(DAYS.enqueued, ENQUEUES);
  const ended = await records();
  expect(ended).toHaveLength(ENQUEUES);
  const done = ended.filter(({ status }) => status === 'completed');
  expect(done).toHaveLength(1);
  const duplicates = ended.filter(({ status }) => status === 'duplicate');
  expect(new Set(duplicates.map(({ duplicateOf }) => duplicateOf))).toEqual(
    new Set([done[0]?._id]),
  );
  expect(await executionsOf(runIds.map((runId) => ({ runId }))), 'times it was done').toBe(1);
  row.seen = `${done.length} job, ${duplicates.length} records that name it`;
  load.probe.expectServedOrUnavailable();
});

it('18 the same request 200 times at once, and repeated after a lost reply', async (context) => {
  await severalApis();
  const { api } = deployment;
  const load = await underLoad(context, deployment, { expected: 'one run each', ...held });
  const userId = await oneUser();
  const key = randomUUID();
  const request = { userIds: [userId], asOf: DAYS.sameKey };
  const runIds = await Promise.all(Array.from({ length: ENQUEUES }, () => begun(request, key)));
  expect(new Set(runIds).size).toBe(1);

  for (let lost = 0; lost < LOST_REPLIES; lost += 1) {
    const each = randomUUID();
    const unheard = { userIds: [userId], asOf: DAYS.unheard };
    const isBegun = () => runOfKey(each);
    // Every other time its run is begun and the reply alone is lost, else it may be cut at any point.
    const until = lost % 2 === 0 ? isBegun : undefined;
    await api.postUnheard(RUNS, unheard, { 'idempotency-key': each }, until);
    const first = until === undefined ? null : await isBegun();
    const repeated = await begun(unheard, each);
    if (first !== null) expect(repeated).toBe(first);
    expect(await RunModel.countDocuments({ 'request.key': each })).toBe(1);
  }
  const row = await load.settle();
  await whenEnded(DAYS.sameKey, 1);
  await whenEnded(DAYS.unheard, LOST_REPLIES);
  expect(await JobStatusModel.countDocuments({ userId, status: 'failed' })).toBe(0);
  expect(await deployment.executions(runIds[0] ?? '')).toEqual({ total: 1, users: 1 });
  row.seen = `${ENQUEUES} requests of one key began 1 run, ${LOST_REPLIES} lost replies ${LOST_REPLIES}`;
  load.probe.expectServedOrUnavailable();
});
