import { AppError } from '../../../errors/AppError.ts';
import { retryLostRaces } from '../../../models/lostRaces.ts';
import { isDuplicateKey } from '../../../models/mongoErrors.ts';
import { storeTime } from '../../../models/serverFacts.ts';
import {
  type RunDoc,
  type RunMode,
  RunModel,
  type RunTrigger,
} from '../../../models/system/RunModel.ts';
import { nextInSequence } from '../../../models/system/SequenceModel.ts';
import { manualRunId, slotRunId } from './runId.ts';

/** Its numbers order all runs and single jobs. */
export const RUN_SEQUENCE = 'runs';

interface SlotRun {
  kind: string;
  input: Record<string, unknown>;
  schedule: string;
  slot: Date;
  trigger: Extract<RunTrigger, 'schedule' | 'catch-up'>;
  mode: RunMode;
  batchSize: number;
}

interface RequestedRun {
  kind: string;
  input: Record<string, unknown>;
  trigger: Extract<RunTrigger, 'manual' | 'backfill'>;
  mode: RunMode;
  batchSize: number;
  /** In order of id, each once; null for all that the source has. */
  selection: readonly string[] | null;
  requestId: string | null;
  request?: NonNullable<RunDoc['request']>;
}

/**
 * Opens the ledger of a slot.
 * @returns the run, or null when the slot has one already: then it is not this process's to begin.
 */
export async function openSlotRun(run: SlotRun): Promise<RunDoc | null> {
  if ((await RunModel.exists({ schedule: run.schedule, slot: run.slot })) !== null) return null;
  return insert({
    _id: slotRunId(run.schedule, run.slot),
    kind: run.kind,
    input: run.input,
    schedule: run.schedule,
    slot: run.slot,
    trigger: run.trigger,
    mode: run.mode,
    batchSize: run.batchSize,
    selection: null,
    requestId: null,
  });
}

/**
 * Opens the ledger of a manual request.
 * @returns the run, or null when a run with the same idempotency key is there already.
 */
export async function openRequestedRun(run: RequestedRun): Promise<RunDoc | null> {
  return insert({
    _id: manualRunId(),
    kind: run.kind,
    input: run.input,
    schedule: null,
    slot: null,
    trigger: run.trigger,
    mode: run.mode,
    batchSize: run.batchSize,
    selection: run.selection === null ? null : [...run.selection],
    requestId: run.requestId,
    ...(run.request === undefined ? {} : { request: run.request }),
  });
}

/** Opens the ledger of a run that no idempotency key stands for: it is always a new one. */
export async function openNewRun(run: Omit<RequestedRun, 'request'>): Promise<RunDoc> {
  const opened = await openRequestedRun(run);
  if (opened === null) throw new AppError('INTERNAL', 'A new run’s id was taken already.');
  return opened;
}

type Opening = Pick<
  RunDoc,
  | '_id'
  | 'kind'
  | 'input'
  | 'schedule'
  | 'slot'
  | 'trigger'
  | 'mode'
  | 'batchSize'
  | 'requestId'
  | 'request'
> & { selection: string[] | null };

async function insert(opening: Opening): Promise<RunDoc | null> {
  const runSeq = await nextInSequence(RUN_SEQUENCE);
  try {
    const startedAt = await storeTime();
    const run = new RunModel({ ...opening, runSeq, status: 'enumerating', startedAt });
    await retryLostRaces(() => run.save({ w: 'majority', j: true }));
    return run.toObject();
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}

/** Whether a run has jobs that have yet to end, or items yet to be enumerated. */
export async function isRunOpen(runId: string): Promise<boolean> {
  return (
    (await RunModel.exists({ _id: runId, status: { $in: ['enumerating', 'running'] } })) !== null
  );
}

/** The run of this id, without the list of items it was asked for. */
export function findRun(runId: string): Promise<RunDoc | null> {
  return RunModel.findById(runId, { selection: 0 }).lean<RunDoc>();
}

/** Adds a warning to a run, once. */
export async function warnInRun(runId: string, warning: string): Promise<void> {
  await RunModel.updateOne({ _id: runId }, { $addToSet: { warnings: warning } });
}
