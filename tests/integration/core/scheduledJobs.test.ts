import { afterEach, describe, expect, it } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { SlotModel } from '../../../server/models/system/SlotModel.ts';
import { createEnqueuer } from '../../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { beginsJob } from '../../../server/Services/BackgroundJobs/scheduling/beginsJob.ts';
import {
  defineSchedule,
  type SlotToBegin,
} from '../../../server/Services/BackgroundJobs/scheduling/defineSchedule.ts';
import { lookAt } from '../../../server/Services/BackgroundJobs/scheduling/lookAt.ts';
import { SILENT, useInstallation } from './installation.ts';

const hour = (n: number) => new Date(`2026-11-27T${n}:00:00.000Z`);

describe('a schedule that fires one job', () => {
  const installation = useInstallation();
  const { lanes } = installation;
  const enqueuer = createEnqueuer({ lanes, batchSize: 50, horizonMs: 60_000, log: SILENT });
  const target = beginsJob({
    job: userDataJob,
    payload: ({ since }) => ({
      userId: 'a'.repeat(24),
      asOf: since?.toISOString().slice(0, 10) ?? '2026-11-22',
      backfill: false,
    }),
    enqueuer,
    lanes,
  });
  const schedule = defineSchedule({
    ...{ name: 'cache-cleanup', expression: '0 * * * *', timezone: 'UTC' },
    ...{ overlap: 'skip', catchUp: 'latest', begins: target },
  });
  const look = (now: Date) =>
    lookAt(schedule, { now, by: 'here', keptMs: 86_400_000, log: SILENT });
  const states = async () =>
    (await SlotModel.find({}).sort({ slot: 1 }).lean()).map(({ state }) => state);

  afterEach(async () => {
    await Promise.all([SlotModel.deleteMany({}), ScheduleModel.deleteMany({})]);
    await JobStatusModel.deleteMany({});
    await installation.wipeRedis();
  });

  it('makes a job a slot and no run, and waits for its end before the next', async () => {
    for (const now of [hour(11), hour(12), hour(13)]) await look(now);
    expect(await states()).toEqual(['began', 'overlapped']);
    const [first] = await SlotModel.find({}).sort({ slot: 1 }).lean();
    const worker = await installation.startWorker(() => Promise.resolve('done'));
    await installation.jobIn('completed', first?.jobId ?? '');
    await worker.stop();
    await look(hour(14));
    expect(await states()).toEqual(['began', 'overlapped', 'began']);
    expect(await JobStatusModel.countDocuments()).toBe(2);
    expect(await RunModel.countDocuments()).toBe(0);
  });

  it('is the same job for the same slot, also when what it had to cover has changed since', async () => {
    const slot: SlotToBegin = {
      ...{ schedule: 'cache-cleanup', slot: hour(12), since: null, trigger: 'schedule' },
    };
    const begun = await target.begin(slot);
    expect(begun).toEqual({ jobId: expect.any(String) });
    expect(await target.begin(slot)).toEqual(begun);
    expect(await target.begin({ ...slot, since: hour(11) })).toEqual(begun);
    expect(await JobStatusModel.countDocuments()).toBe(1);
  });
});
