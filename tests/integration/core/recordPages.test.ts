import { expect, it } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { recordPages } from '../../../server/Services/BackgroundJobs/recording/recordPages.ts';
import { useInstallation } from './installation.ts';

const installation = useInstallation();

it('a walk meets each record once, oldest first, and none that has moved on since it was named', async () => {
  // More than are named at first, and the second time.
  const { runId } = await installation.newRun(1_800);
  const inOrder = await JobStatusModel.find({ runId }, { queuedAt: 1 })
    .sort({ queuedAt: 1, _id: 1 })
    .lean();
  const ids = inOrder.map(({ _id }) => _id);
  const moved = new Set([...ids.slice(700, 750), ...ids.slice(1_700, 1_710)]);
  const met: string[] = [];
  for await (const page of recordPages('queued', { runId })) {
    expect(page.length).toBeLessThanOrEqual(500);
    met.push(...page.map(({ _id }) => _id));
    if (met.length > 500) continue;
    await JobStatusModel.updateMany({ _id: { $in: [...moved] } }, { $set: { status: 'active' } });
  }
  expect(met).toEqual(ids.filter((id) => !moved.has(id)));
});
