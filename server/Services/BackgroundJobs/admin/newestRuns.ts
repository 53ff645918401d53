import { type RunDoc, RunModel } from '../../../models/system/RunModel.ts';
import { lastInSequence } from '../../../models/system/SequenceModel.ts';
import { RUN_SEQUENCE } from '../runs/ledger.ts';

/** How far back each window ends, in numbers of the sequence; the last one reaches back for ever. */
const REACHES = Array.from({ length: 12 }, (_, power) => 64 * 4 ** power);

/** Looks into one window, newest first. */
type Read<Run> = (runSeq: { $gte?: number; $lt?: number }, limit: number) => Promise<Run[]>;

/**
 * Reads the newest runs with a number below `before`, or of all, until there are `count`. The windows become
 * longer and longer, because single jobs draw numbers from the same sequence: a database that sorts what it
 * found, instead of walking an index in order, then never sorts all runs there are.
 * @param last the last number given out.
 */
export async function readNewestRuns<Run>(
  { before, last, count }: { before: number | null; last: number; count: number },
  read: Read<Run>,
): Promise<Run[]> {
  const newest = before ?? last + 1;
  const found: Run[] = [];
  let end = before;
  for (const start of [...REACHES.map((reach) => newest - reach), null]) {
    const window = { ...(start !== null && { $gte: start }), ...(end !== null && { $lt: end }) };
    found.push(...(await read(window, count - found.length)));
    if (found.length >= count || (start !== null && start <= 0)) break;
    end = start;
  }
  return found;
}

interface NewestRuns {
  /** Only runs with a smaller number; null for the newest. */
  before: number | null;
  count: number;
  /** Only runs of this kind; all kinds if absent. */
  kind?: string | undefined;
}

/** The newest runs, without the lists of items they were asked for. */
export async function newestRuns({ before, count, kind }: NewestRuns): Promise<RunDoc[]> {
  const last = before ?? (await lastInSequence(RUN_SEQUENCE));
  const ofKind = kind === undefined ? {} : { kind };
  return readNewestRuns({ before, last, count }, (runSeq, limit) =>
    RunModel.find(
      { ...ofKind, ...(Object.keys(runSeq).length > 0 && { runSeq }) },
      { selection: 0 },
    )
      .sort({ runSeq: -1 })
      .limit(limit)
      .lean<RunDoc[]>(),
  );
}
