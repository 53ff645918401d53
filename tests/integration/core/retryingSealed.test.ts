import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { currentCounts } from '../../../server/Services/BackgroundJobs/runs/balance.ts';
import { openRuns, sealIfFinished } from '../../../server/Services/BackgroundJobs/runs/seal.ts';
import { useFailingWork } from './failingWork.ts';
import { useInstallation } from './installation.ts';

describe('a retry beside the sealer of its run', () => {
  const installation = useInstallation();
  const { administration, balancedRun } = installation;
  const { failedRun } = useFailingWork(installation);

  /** Lets this happen between the next retry's opening of its runs and its claim of the jobs. */
  function beforeItClaims(happens: () => Promise<void>): void {
    const claim = JobStatusModel.bulkWrite.bind(JobStatusModel);
    const claiming = vi.spyOn(JobStatusModel, 'bulkWrite');
    onTestFinished(() => claiming.mockRestore());
    claiming.mockImplementationOnce(async (...write: Parameters<typeof claim>) => {
      await happens();
      return claim(...write);
    });
  }

  it('is not lost to a ledger that was about to be sealed', async () => {
    const { runId, jobIds } = await failedRun(1);
    await RunModel.updateOne({ _id: runId }, { $set: { sealed: null, status: 'running' } });
    const [counting] = (await openRuns()).filter(({ _id }) => _id === runId);
    if (counting === undefined) throw new Error('The run is not open.');
    expect(await currentCounts(counting)).toMatchObject({ failed: 1 });
    await administration.retryJob(jobIds[0] ?? '');
    await installation.jobIn('completed', jobIds[0] ?? '');
    // The keeper read the run before the retry: its sealing must not go through.
    expect(await sealIfFinished(counting, () => 7)).toBeNull();
    expect(await installation.runIn('completed', runId)).toMatchObject({ completed: 1, failed: 0 });
  });

  it('is not lost to a ledger that is sealed before it has claimed its jobs', async () => {
    const { runId, jobIds } = await failedRun(3);
    const [first = '', second = ''] = jobIds;
    beforeItClaims(async () => {
      await installation.seal();
      // Nor to another retry, which is done with the run before this one has begun.
      await administration.retryJob(second);
      await installation.jobIn('completed', second);
      await installation.seal();
      expect((await balancedRun(runId)).status).toBe('running');
    });
    await administration.retryJob(first);
    await installation.jobIn('completed', first);
    expect(await installation.runIn('completed', runId)).toMatchObject({
      completed: 2,
      failed: 1,
      queued: 0,
    });
  });

  it('that was long in claiming its jobs opens the ledger that was sealed meanwhile', async () => {
    const { runId, jobIds } = await failedRun(2);
    const [jobId = ''] = jobIds;
    beforeItClaims(async () => {
      await RunModel.updateOne({ _id: runId }, { $set: { 'claims.0.until': new Date(0) } });
      await installation.seal();
      expect((await balancedRun(runId)).status).toBe('completed');
    });
    await administration.retryJob(jobId);
    await installation.jobIn('completed', jobId);
    expect(await installation.runIn('completed', runId)).toMatchObject({
      completed: 1,
      failed: 1,
      queued: 0,
    });
  });
});
