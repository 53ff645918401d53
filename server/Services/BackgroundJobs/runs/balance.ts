import { type JobState, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import type {
  RunCounts,
  RunDoc,
  RunMode,
  RunStatus,
  RunTrigger,
} from '../../../models/system/RunModel.ts';
import { runJobId, runJobIds } from './runId.ts';

/** A run as people see it. `balanced` holds at every moment, open or sealed. */
export interface RunView extends RunCounts {
  runId: string;
  runSeq: number;
  /** The kind of job that each of its items became. */
  kind: string;
  schedule: string | null;
  slot: Date | null;
  trigger: RunTrigger;
  mode: RunMode;
  /** What its source was given. */
  input: Record<string, unknown>;
  /** The UTC day of the work, `YYYY-MM-DD`, for a run that has one. */
  asOf: string | null;
  status: RunStatus;
  enumerated: number;
  balanced: boolean;
  warnings: string[];
  startedAt: Date;
  finishedAt: Date | null;
}

/** A job that waits in MongoDB for a much later time is shown with those that wait in Redis. */
const COUNT_OF: Record<JobState, keyof RunCounts> = {
  scheduled: 'delayed',
  duplicate: 'duplicates',
  queued: 'queued',
  active: 'active',
  delayed: 'delayed',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** The keys of a run's counts, in the order in which people read them. */
const COUNT_KEYS = Object.keys(noCounts()) as (keyof RunCounts)[];

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
  run: Pick<RunDoc, '_id' | 'kind' | 'checkpoint' | 'forgotten'>,
): Promise<RunCounts> {
  const counts = noCounts();
  const { _id: runId, kind, checkpoint, forgotten } = run;
  if (checkpoint === null) return counts;
  const groups = await JobStatusModel.aggregate<{ _id: JobState; jobs: number }>([
    {
      $match: {
        _id: {
          ...runJobIds(run, { upTo: checkpoint }),
          // An item that is being forgotten is off the ledger before its record is gone.
          $nin: forgotten.map((item) => runJobId(kind, runId, item)),
        },
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

/** Items recorded up to the checkpoint, less those deleted since. */
function enumeratedNow({ enumerated, checkpoint, forgotten }: RunDoc): number {
  if (checkpoint === null) return enumerated;
  return enumerated - forgotten.filter((item) => item <= checkpoint).length;
}

/** A run and its counts, as people see it. */
export function runView(run: RunDoc, counts: RunCounts): RunView {
  const enumerated = enumeratedNow(run);
  const accounted = COUNT_KEYS.reduce((sum, key) => sum + counts[key], 0);
  return {
    runId: run._id,
    runSeq: run.runSeq,
    kind: run.kind,
    schedule: run.schedule,
    slot: run.slot,
    trigger: run.trigger,
    mode: run.mode,
    input: run.input,
    asOf: typeof run.input.asOf === 'string' ? run.input.asOf : null,
    status: run.status,
    enumerated,
    ...counts,
    balanced: enumerated === accounted,
    warnings: run.warnings,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
  };
}
