import mongoose from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type JobState, JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { command, settingsOf } from '../command.ts';
import { type Harness, JWT_SECRET, PASSWORD, startHarness } from '../http/harness.ts';
import { makeJob, makeRun } from '../http/records.ts';
import { type LocalServer, startLocalServer } from '../localServer.ts';

const OLD_JOBS = 1_003;
let api: Harness;
let server: LocalServer;

const retry = (...args: string[]) =>
  command('retry', args, {
    settings: {
      ...settingsOf({ env: api.env, mongoUri: '' }),
      PORT: String(server.port),
      JWT_SECRET,
      ADMIN_EMAIL: 'admin@example.com',
      ADMIN_PASSWORD: PASSWORD,
    },
  });

const inState = (status: JobState) => JobStatusModel.countDocuments({ status });
const anId = () => new mongoose.Types.ObjectId().toHexString();

beforeAll(async () => {
  api = await startHarness();
  server = await startLocalServer(api.app);
});
afterAll(async () => {
  await server.stop();
  await api.stop();
});

describe('npm run retry', () => {
  let runId: string;
  let jobId: string;

  beforeEach(async () => {
    await JobStatusModel.deleteMany({});
    runId = `m-${anId()}`;
    await makeRun({ _id: runId, enumerated: 2 });
    const [one, other] = [anId(), anId()];
    jobId = await makeJob(runId, one, { deduplicationId: one });
    const error = { code: 'DEADLINE_EXCEEDED', message: 'Too slow.' };
    await makeJob(runId, other, { deduplicationId: other, error });
  });

  it('retries one job, and says how to follow it', async () => {
    expect(await retry(jobId)).toMatchObject({
      code: 0,
      text: `${jobId} is in the queue again. What becomes of it: npm run why -- ${jobId}\n`,
    });
    expect(await JobStatusModel.findById(jobId).lean()).toMatchObject({ status: 'queued' });
  });

  it('retries those of a code, and no others', async () => {
    const { code, text } = await retry('--run', runId, '--code', 'DEADLINE_EXCEEDED');
    expect({ code, text }).toEqual({ code: 0, text: '1 retried, 0 skipped.\n' });
    expect(await JobStatusModel.findById(jobId).lean()).toMatchObject({ status: 'failed' });
  });

  it('retries more than the API takes at a time, part after part, up to its limit', async () => {
    await makeRun({ _id: `${runId}-many`, enumerated: OLD_JOBS });
    const [template] = await JobStatusModel.find({ _id: jobId }).lean();
    await JobStatusModel.insertMany(
      Array.from({ length: OLD_JOBS }, () => {
        const id = anId();
        return { ...template, _id: `j-${id}`, runId: `${runId}-many`, deduplicationId: id };
      }),
    );
    const { text } = await retry('--all', '--limit', '1002');
    expect(text).toBe('1000 retried, 0 skipped …\n1002 retried, 0 skipped.\n');
    expect(await inState('failed')).toBe(OLD_JOBS + 2 - 1_002);
    expect((await retry('--all')).text).toBe('3 retried, 0 skipped.\n');
  });

  it('asks which jobs, rather than retry them all by mistake', async () => {
    const { code, text } = await retry('--limit', '5');
    expect(code).toBe(1);
    expect(text).toMatch(/^Say which: a job, --run <id>, --code <code>, or --all failed jobs\.\n$/);
    expect(await inState('failed')).toBe(2);
  });

  it('passes on why the API refuses, and does not take what is no rate', async () => {
    const refused = await retry('user-data-no-such');
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('answered 404') });
    expect((await retry('--all', '--rate', 'fast')).text).toContain('a number, 0.1 to 1000');
    expect(await inState('failed')).toBe(2);
  });
});
