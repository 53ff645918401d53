import { type JobState, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import type {
  RunCounts,
  RunDoc,
  RunMode,
  RunStatus,
  RunTrigger,
} from '../../../models/system/RunModel.ts';
import { userDataJobId } from '../jobs/userData/userData.job.ts';

/** A run as people see it. `balanced` holds at every moment, open or sealed. */
export interface RunView extends RunCounts {
  runId: string;
  runSeq: number;
  slot: Date | null;
  trigger: RunTrigger;
  mode: RunMode;
  asOf: string;
  status: RunStatus;
  enumerated: number;
  balanced: boolean;
  warnings: string[];
  startedAt: Date;
  finishedAt: Date | null;
}

const COUNT_OF: Record<JobState, keyof RunCounts> = {
  duplicate: 'duplicates',
  queued: 'queued',
  active: 'active',
  delayed: 'delayed',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** The keys of a run's counts, in the order in which people read them. */
const COUNT_KEYS = Object.values(COUNT_OF);

/** All zeros. */
export function noCounts(): RunCounts {
  return { duplicates: 0, queued: 0, active: 0, delayed: 0, completed: 0, failed: 0, cancelled: 0 };
}

/** The sum of two counts; `sign` −1 for the difference. */
export function addCounts(left: RunCounts, right: RunCounts, sign: 1 | -1 = 1): RunCounts {
  const sum = noCounts();
  for (const key of COUNT_KEYS) sum[key] = left[key] + sign * right[key];
  return sum;
}

/**
 * How many of a run's records, up to its checkpoint, stand in each state: one aggregation, never a
 * counter that a crash could skew. It walks by id, which never changes: MongoDB reads no snapshot
 * outside a transaction, so in an index by status a record that moves meanwhile could be met twice
 * or not at all (https://www.mongodb.com/docs/manual/core/read-isolation-consistency-recency/).
 */
export async function countRecords(
  run: Pick<RunDoc, '_id' | 'checkpoint' | 'forgotten'>,
): Promise<RunCounts> {
  const counts = noCounts();
  if (run.checkpoint === null) return counts;
  const groups = await JobStatusModel.aggregate<{ _id: JobState; jobs: number }>([
    {
      $match: {
        _id: {
          $gte: userDataJobId(run._id, ''),
          $lte: userDataJobId(run._id, run.checkpoint.toHexString()),
        },
        // A user that is being forgotten is off the ledger before the record is gone.
        userId: { $nin: run.forgotten },
      },
    },
    { $group: { _id: '$status', jobs: { $sum: 1 } } },
  ]).hint({ _id: 1 });
  for (const { _id, jobs } of groups) counts[COUNT_OF[_id]] += jobs;
  return counts;
}

/** The counts of a run as of now: sealed ones from the ledger, open ones from the records. */
export async function currentCounts(run: RunDoc): Promise<RunCounts> {
  if (run.sealed !== null) return run.sealed;
  return addCounts(await countRecords(run), run.expired ?? noCounts());
}

/** Users recorded up to the checkpoint, less those deleted since. */
function enumeratedNow(run: RunDoc): number {
  const { checkpoint, forgotten } = run;
  if (checkpoint === null) return run.enumerated;
  const last = checkpoint.toHexString();
  return run.enumerated - forgotten.filter((userId) => userId.toHexString() <= last).length;
}

/** A run and its counts, as people see it. */
export function runView(run: RunDoc, counts: RunCounts): RunView {
  const enumerated = enumeratedNow(run);
  const accounted = COUNT_KEYS.reduce((sum, key) => sum + counts[key], 0);
  return {
    runId: run._id,
    runSeq: run.runSeq,
    slot: run.slot,
    trigger: run.trigger,
    mode: run.mode,
    asOf: run.asOf,
    status: run.status,
    enumerated,
    ...counts,
    balanced: enumerated === accounted,
    warnings: run.warnings,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
  };
}
