import { byItsCost, shared } from '../../../config/shared.ts';
import type { RunDoc } from '../../../models/system/RunModel.ts';
import { currentCounts, type RunView, runView } from '../runs/balance.ts';
import { findRun } from '../runs/ledger.ts';

/** Up to this many items a run is counted so fast that each who asks gets fresh counts. */
const SMALL = 5_000;
/** Open runs whose counts are kept; one that was dropped is counted again. */
const MAX_RUNS = 200;

/** Runs as people see them. */
export interface RunViews {
  /**
   * The run with its counts. Those of an open run are of one moment. All who ask share one reading, and of
   * a large run it is used for twenty times as long as it takes.
   */
  of(run: RunDoc): Promise<RunView>;
}

/** The counts of open runs, counted once for all readers of this process. */
export function createRunViews(): RunViews {
  const countsOf = new Map<string, () => ReturnType<typeof countNow>>();

  function sharedCounts(runId: string): () => ReturnType<typeof countNow> {
    const known = countsOf.get(runId);
    if (known !== undefined) return known;
    for (const [oldest] of countsOf) if (countsOf.size >= MAX_RUNS) countsOf.delete(oldest);
    const counts = shared(() => countNow(runId), {
      maxAgeMs: (last) => (last.value.as.enumerated <= SMALL ? 0 : byItsCost(last)),
    });
    countsOf.set(runId, counts);
    return counts;
  }

  return {
    async of(run) {
      if (run.sealed !== null) {
        countsOf.delete(run._id);
        return runView(run, run.sealed);
      }
      const { as, counts } = await sharedCounts(run._id)();
      // What was enumerated is of the same moment as the counts, or they would not balance.
      const { checkpoint, enumerated, forgotten } = as;
      return runView({ ...run, checkpoint, enumerated, forgotten }, counts);
    },
  };
}

async function countNow(runId: string) {
  const as = await findRun(runId);
  if (as === null) throw new Error(`The run ${runId} has gone.`);
  return { as, counts: await currentCounts(as) };
}
