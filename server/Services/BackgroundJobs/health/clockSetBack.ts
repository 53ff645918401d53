import { RunModel } from '../../../models/system/RunModel.ts';

/** Clocks of several machines differ a little. */
const TOLERATED_MS = 5_000;

/** A clock that has been set back, as the ledgers show it: also to a process started since. */
export interface ClockSetBack {
  /** How far it stands before the newest run's beginning. */
  byMs: number;
  runId: string;
  /** When that run began, by the clock of then. */
  began: Date;
}

/** Looks whether the newest run begins in the future of this machine's clock. */
export async function clockSetBack(now = new Date()): Promise<ClockSetBack | null> {
  const ahead = new Date(now.getTime() + TOLERATED_MS);
  // Asked first, from its index: hardly ever is there any, and all other runs need not be looked at.
  if ((await RunModel.exists({ startedAt: { $gt: ahead } })) === null) return null;
  const newest = await RunModel.findOne({}, { startedAt: 1 }).sort({ runSeq: -1 }).lean();
  if (newest === null || newest.startedAt <= ahead) return null;
  const { _id: runId, startedAt: began } = newest;
  return { byMs: began.getTime() - now.getTime(), runId, began };
}

/** What it means, for people. */
export function setBackText({ byMs, runId, began }: ClockSetBack): string {
  return (
    `This machine’s clock stands ${Math.round(byMs / 1000)} s before ${began.toISOString()}, when the run ` +
    `${runId} began: it was set back, or another machine’s is ahead. Slots until then had their run, ` +
    'and begin no other.'
  );
}
