import { DURABLE } from '../../../models/durable.ts';
import { storeTime } from '../../../models/serverFacts.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { type RunCounts, type RunDoc, RunModel } from '../../../models/system/RunModel.ts';
import { daysAfter, type RetentionDays } from '../recording/expiry.ts';
import { isFinal, OPEN_STATES } from '../recording/states.ts';
import { addCounts, countRecords, currentCounts } from './balance.ts';
import { isLeased } from './checkpoint.ts';
import { runJobIds } from './runId.ts';

const DAY_MS = 86_400_000;
/** A run open for longer than this keeps its records from expiring. */
const LONG_OPEN_MS = DAY_MS / 2;
/** How long a retry may take until it has claimed its jobs. */
const CLAIM_MS = 60_000;

/** The runs whose totals are not sealed, oldest first. */
export function openRuns(): Promise<RunDoc[]> {
  return RunModel.find(
    { status: { $in: ['enumerating', 'running', 'cancelled'] }, sealed: null },
    { selection: 0 },
  )
    .sort({ runSeq: 1 })
    .lean<RunDoc[]>();
}

/** Of each open run, by its id, a job that was open when it was last looked at. */
export type OpenJobs = Map<string, string>;

/**
 * Seals a run of which nothing is open any more: its totals are written into the ledger, which
 * outlives the records.
 * @returns the totals, or null while the run has something to come.
 */
export async function sealIfFinished(
  run: RunDoc,
  retentionDays: RetentionDays,
  openJobs: OpenJobs = new Map(),
): Promise<RunCounts | null> {
  const now = await storeTime();
  if (run.status === 'enumerating' || isLeased(run, now)) return null;
  // Once read, a further claim would show in the reopenings.
  if (run.claims?.some(({ until }) => until > now)) return null;
  const open = await findOpenJob(run, openJobs.get(run._id));
  if (open !== null) {
    openJobs.set(run._id, open);
    return null;
  }
  const totals = await currentCounts(run);
  if (totals.queued + totals.active + totals.delayed > 0) return null;
  const finishedAt = await lastFinished(run._id);
  // Before the seal: after a crash between the two, the next look at the open run repeats it.
  if (run.expired !== null) await letRecordsExpire(run, retentionDays);
  const { matchedCount } = await RunModel.updateOne(
    {
      _id: run._id,
      status: run.status,
      sealed: null,
      checkpoint: run.checkpoint,
      // A user forgotten since stands in the totals, but no longer in what was enumerated.
      forgotten: { $size: run.forgotten.length },
      // A job retried since is open, and stands in the totals as failed.
      reopenings: run.reopenings,
    },
    {
      $set: {
        sealed: totals,
        status: run.status === 'cancelled' ? 'cancelled' : 'completed',
        finishedAt,
        lease: null,
        claims: [],
      },
    },
    { writeConcern: DURABLE },
  );
  return matchedCount === 1 ? totals : null;
}

/**
 * A job of this run that is open, if there is one. To look for one costs FerretDB the more, the more are open. So the one
 * of before is looked at first, and at the beginning the run's last, which stays open for the longest.
 */
async function findOpenJob(run: RunDoc, before: string | undefined): Promise<string | null> {
  const likely = await JobStatusModel.findOne(
    { _id: before ?? runJobIds(run) },
    { status: 1 },
    { hint: { _id: 1 }, sort: { _id: -1 } },
  ).lean();
  if (likely !== null && !isFinal(likely.status)) return likely._id;
  const open = await JobStatusModel.exists({ runId: run._id, status: { $in: [...OPEN_STATES] } });
  return open?._id ?? null;
}

async function lastFinished(runId: string): Promise<Date> {
  const [last] = await JobStatusModel.aggregate<{ at: Date | null }>([
    { $match: { runId } },
    { $group: { _id: null, at: { $max: '$finishedAt' } } },
  ]);
  return last?.at ?? new Date();
}

/**
 * Opens a sealed run again, for a retry. What its expired records had counted stays counted. A run
 * that is open stays so: a sealing under way is called off. It is not sealed before `claimsMade` was
 * called with the same token, or a minute has passed.
 */
export async function unseal(runId: string, token: string): Promise<void> {
  const until = new Date((await storeTime()).getTime() + CLAIM_MS);
  const run = (await RunModel.findOneAndUpdate(
    { _id: runId },
    {
      $inc: { reopenings: 1 },
      $push: { claims: { token, until } },
    },
    { returnDocument: 'after', lean: true, projection: { selection: 0 }, writeConcern: DURABLE },
  )) as RunDoc | null;
  if (run === null || run.sealed === null) return;
  // First nothing more may expire; then what is gone is the difference.
  await JobStatusModel.updateMany({ runId }, { $unset: { expiresAt: 1 } });
  const expired = addCounts(run.sealed, await countRecords(run), -1);
  // Another retry may have opened it meanwhile and have claimed jobs of it: then its difference stands.
  await RunModel.updateOne(
    { _id: runId, sealed: { $ne: null } },
    { $set: { ...OPEN_AGAIN, expired } },
    { writeConcern: DURABLE },
  );
}

const OPEN_AGAIN = { sealed: null, status: 'running', finishedAt: null } as const;

/** Says that the retry of this token has claimed its jobs: its runs may be sealed once they end. */
export async function claimsMade(runIds: readonly string[], token: string): Promise<void> {
  // Sealed all the same, because the retry was overdue: what had expired was known before its claim.
  await RunModel.updateMany(
    { _id: { $in: runIds }, sealed: { $ne: null } },
    { $set: OPEN_AGAIN },
    { writeConcern: DURABLE },
  );
  await RunModel.updateMany({ _id: { $in: runIds } }, { $pull: { claims: { token } } });
}

/** Gives the final records of a run that was opened again their time to live. */
async function letRecordsExpire(
  { _id: runId, kind }: RunDoc,
  retentionDays: RetentionDays,
): Promise<void> {
  await JobStatusModel.updateMany(
    { runId, expiresAt: { $exists: false } },
    { $set: { expiresAt: daysAfter(new Date(), retentionDays(kind)) } },
  );
}

/** Keeps the records of a run that has been open for long from expiring under its ledger. */
export async function keepRecordsOf(run: RunDoc): Promise<void> {
  const now = Date.now();
  if (now - run.startedAt.getTime() < LONG_OPEN_MS) return;
  await JobStatusModel.updateMany(
    { runId: run._id, expiresAt: { $lt: new Date(now + LONG_OPEN_MS) } },
    { $set: { expiresAt: new Date(now + DAY_MS) } },
  );
}
