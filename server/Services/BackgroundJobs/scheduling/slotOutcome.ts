import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { RunModel } from '../../../models/system/RunModel.ts';
import type { SlotDoc, SlotOutcome } from '../../../models/system/SlotModel.ts';

/** What became of what a slot began. */
export interface Ended {
  outcome: SlotOutcome;
  /** How much the work did, by the `effects` of its records; a job that does not count did one thing. */
  effects: number;
  /** Items that its run enumerated; null for a single job, or where there was nothing to begin. */
  items: number | null;
}

/** The effects of a completed job that does not count them. */
const UNCOUNTED = 1;

type BegunSlot = Pick<SlotDoc, 'runId' | 'jobId'>;

/** What became of a slot's run or job; null while it is open. One whose record is gone did nothing known. */
export async function endOf({ runId, jobId }: BegunSlot): Promise<Ended | null> {
  if (runId !== null) return endOfRun(runId);
  if (jobId !== null) return endOfJob(jobId);
  return { outcome: 'completed', effects: 0, items: null };
}

async function endOfRun(runId: string): Promise<Ended | null> {
  const run = await RunModel.findById(runId, { status: 1, sealed: 1, enumerated: 1 }).lean();
  if (run === null) return { outcome: 'cancelled', effects: 0, items: null };
  if (run.sealed === null) return null;
  const { failed } = run.sealed;
  const completed = run.status === 'cancelled' ? 'cancelled' : 'completed';
  return {
    outcome: failed > 0 && run.status !== 'cancelled' ? 'failed' : completed,
    effects: await effectsOfRun(runId),
    items: run.enumerated,
  };
}

async function effectsOfRun(runId: string): Promise<number> {
  const [sum] = await JobStatusModel.aggregate<{ effects: number }>([
    { $match: { runId, status: 'completed' } },
    { $group: { _id: null, effects: { $sum: { $ifNull: ['$effects', UNCOUNTED] } } } },
  ]);
  return sum?.effects ?? 0;
}

async function endOfJob(jobId: string): Promise<Ended | null> {
  const job = await JobStatusModel.findById(jobId, { status: 1, effects: 1 }).lean();
  switch (job?.status) {
    case 'completed':
      return { outcome: 'completed', effects: job.effects ?? UNCOUNTED, items: null };
    case 'failed':
      return { outcome: 'failed', effects: 0, items: null };
    case 'cancelled':
    case 'duplicate':
    case undefined:
      return { outcome: 'cancelled', effects: 0, items: null };
    default:
      return null;
  }
}
