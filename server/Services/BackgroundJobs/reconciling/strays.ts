import { RunModel } from '../../../models/system/RunModel.ts';
import { UserModel } from '../../../models/UserModel.ts';
import type { Lane } from '../enqueuing/lanes.ts';
import type { Envelope } from '../queues/envelope.ts';
import type { PendingJob, QueueEntry } from '../queues/jobQueue.ts';
import { recordedAmong } from '../recording/recordedAmong.ts';

/** Redis answers nobody else while it reads a page: of 500 jobs, with their data, that took 16 ms. */
const PAGE_SIZE = 200;

/**
 * Looks through a queue's pending jobs for those without a record, as after a restore of one side. A
 * job of its own is adopted: it was accepted, and its envelope tells all of it. A job of a run is
 * adopted while its run is open. One of a user who is gone, of a run that is over, or that cannot be
 * read is removed if no worker has it. What a newer version put there is left alone.
 */
export async function removeOrAdoptStrays(
  { queue, outbox }: Lane,
  signal?: AbortSignal,
): Promise<{ adopted: number; removed: number }> {
  const sum = { adopted: 0, removed: 0 };
  for (let start = 0; ; start += PAGE_SIZE) {
    const page = await queue.pendingPage(start, PAGE_SIZE);
    if (page.length === 0 || signal?.aborted) return sum;
    const unreadable = page.filter(({ reading }) => reading.state === 'unreadable');
    const strays = await withoutRecord(page);
    const adoptable = await adoptableAmong(strays.map(({ entry }) => entry.envelope));
    const adopt = strays.filter(({ entry }) => adoptable.has(entry.envelope.jobId));
    const remove = strays.filter(({ entry }) => !adoptable.has(entry.envelope.jobId));
    await outbox.record(adopt.map(({ entry }) => entry));
    // One whose key or unique another job holds by now found no place among the records.
    const refused = await withoutRecord(page.filter((job) => adopt.some(isSameAs(job))));
    sum.adopted += adopt.length - refused.length;
    const gone = await queue.remove(
      [...unreadable, ...remove, ...refused].map(({ queueId }) => queueId),
    );
    sum.removed += gone.filter(Boolean).length;
  }
}

function isSameAs(job: PendingJob): (stray: Stray) => boolean {
  return ({ queueId }) => queueId === job.queueId;
}

type Stray = { queueId: string; entry: QueueEntry };

async function withoutRecord(page: readonly PendingJob[]): Promise<Stray[]> {
  const readable = page.flatMap(({ queueId, reading, deduplicationId }) =>
    reading.state === 'read'
      ? [{ queueId, entry: { envelope: reading.envelope, deduplicationId } }]
      : [],
  );
  const recorded = await recordedAmong(readable.map(({ entry }) => entry.envelope.jobId));
  return readable.filter(({ entry }) => !recorded.has(entry.envelope.jobId));
}

/** The job ids of those whose run, if they have one, is open, and whose user, if they have one, is there. */
async function adoptableAmong(envelopes: readonly Envelope[]): Promise<Set<string>> {
  if (envelopes.length === 0) return new Set();
  const [runs, users] = await Promise.all([
    RunModel.find(
      {
        _id: { $in: [...new Set(envelopes.flatMap(({ runId }) => runId ?? []))] },
        status: { $in: ['enumerating', 'running'] },
      },
      { _id: 1 },
    ).lean(),
    UserModel.find(
      { _id: { $in: envelopes.flatMap(({ userId }) => userId ?? []) }, deletedAt: null },
      { _id: 1 },
    ).lean(),
  ]);
  const runIds = new Set(runs.map(({ _id }) => _id));
  const userIds = new Set(users.map(({ _id }) => _id.toHexString()));
  return new Set(
    envelopes
      .filter(({ runId }) => runId === null || runIds.has(runId))
      .filter(({ userId }) => userId === null || userIds.has(userId))
      .map(({ jobId }) => jobId),
  );
}
