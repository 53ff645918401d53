import { hostname } from 'node:os';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { type WorkerDoc, WorkerModel } from '../../../models/system/WorkerModel.ts';
import { jobIdOf, queueJobId } from '../queues/envelope.ts';
import type { JobQueue } from '../queues/jobQueue.ts';
import type { RetentionDays } from '../recording/expiry.ts';
import { OPEN_STATES } from '../recording/states.ts';
import { writeRecords } from '../recording/writeRecords.ts';
import { pidSpace } from './heartbeat.ts';
import type { JobLog } from './jobLog.ts';
import { type RecordToEnd, recordOfEnded } from './jobRecords.ts';

interface LeftBehindOptions {
  queue: Pick<JobQueue, 'name' | 'endedPage' | 'look' | 'releaseLocksOf'>;
  /** The worker that asks: it is alive. */
  self: string;
  retentionDays: RetentionDays;
  log: JobLog;
}

const PAGE_SIZE = 500;
/** A record may be so much younger than the last sign of life before it. */
const UNRECORDED_MS = 5_000;

/**
 * Takes over what workers of this host that crashed left behind, as soon as PM2 has started one
 * anew: the jobs at work need not wait until their locks run out, nor the outcomes that only Redis
 * knows until the reconciler looks. It never does harm, and where it fails they do the same later.
 */
export async function takeOverLeftBehind(options: LeftBehindOptions): Promise<void> {
  const { queue, self, log } = options;
  const beside = await workersBeside(queue.name);
  const crashed = beside.filter(({ _id, pid }) => _id !== self && !isAlive(pid));
  for (const { _id: worker, lastSeenAt } of crashed) {
    const released = await queue.releaseLocksOf(worker);
    const recorded = await recordEndedSince(lastSeenAt.getTime() - UNRECORDED_MS, options);
    await WorkerModel.updateOne({ _id: worker }, { $addToSet: { takenOver: queue.name } });
    if (released + recorded === 0) continue;
    log.info('Taken over from a worker that crashed', {
      queue: queue.name,
      worker,
      released,
      recorded,
    });
  }
}

/** The workers of this host that ended without farewell, or live; not those taken over already. */
async function workersBeside(queue: string): Promise<WorkerDoc[]> {
  return WorkerModel.find({
    host: hostname(),
    pidSpace: pidSpace(),
    farewellAt: null,
    takenOver: { $ne: queue },
  }).lean<WorkerDoc[]>();
}

/** A process of our own number is ourselves. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function recordEndedSince(
  instant: number,
  { queue, retentionDays }: LeftBehindOptions,
): Promise<number> {
  let recorded = 0;
  for (let start = 0; ; start += PAGE_SIZE) {
    const page = await queue.endedPage(instant, start, PAGE_SIZE);
    if (page.length === 0) return recorded;
    const open = await JobStatusModel.find(
      { _id: { $in: page.map(jobIdOf) }, status: { $in: [...OPEN_STATES] } },
      { queue: 1, kind: 1, generation: 1, unique: 1, uniqueUntil: 1 },
    ).lean<RecordToEnd[]>();
    const jobs = await queue.look(open.map(({ _id, generation }) => queueJobId(_id, generation)));
    const ended = open.flatMap((record, position) => {
      const job = jobs[position];
      return job?.state === 'completed' || job?.state === 'failed'
        ? [recordOfEnded(record, job)]
        : [];
    });
    recorded += (await writeRecords(ended, retentionDays)).written;
  }
}
