import { randomUUID } from 'node:crypto';
import { DURABLE } from '../../../models/durable.ts';
import { storeTime } from '../../../models/serverFacts.ts';
import type { JobStatusDoc } from '../../../models/system/JobStatusModel.ts';
import { type RunDoc, RunModel, type RunStatus } from '../../../models/system/RunModel.ts';
import { itemOf } from './runId.ts';

/** A run's opener takes its lease at once: one that has had none for this long must have lost its opener. */
const UNLEASED_MS = 10_000;

/** Picks the runs in these states that nobody enumerates any more, at this instant of the store's clock. */
export function abandonedRuns(now: Date, ...statuses: RunStatus[]) {
  return {
    status: { $in: statuses },
    $or: [
      { 'lease.expiresAt': { $lte: now } },
      { lease: null, startedAt: { $lt: new Date(now.getTime() - UNLEASED_MS) } },
    ],
  };
}

/** Whether a run's job is of a page that its producer, or who resumes it, has yet to hand over. */
export function isBeyondCheckpoint(
  { _id }: Pick<JobStatusDoc, '_id'>,
  { _id: runId, kind, checkpoint }: Pick<RunDoc, '_id' | 'kind' | 'checkpoint'>,
): boolean {
  return checkpoint === null || itemOf({ _id, kind, runId }) > checkpoint;
}

/**
 * Whether a producer has the run and may be putting this record's job into the queue.
 * @param now by the store's clock
 */
export function isBeingEnqueued(
  record: Pick<JobStatusDoc, '_id'>,
  run: Pick<RunDoc, '_id' | 'kind' | 'checkpoint' | 'lease'>,
  now: Date,
): boolean {
  return isLeased(run, now) && isBeyondCheckpoint(record, run);
}

/** Whether a producer has the run at this instant of the store's clock. */
export function isLeased({ lease }: Pick<RunDoc, 'lease'>, now: Date): boolean {
  return lease !== null && lease.expiresAt > now;
}

/** A producer's right to move a run's checkpoint: lost as soon as another takes the run over. */
export interface ProducerLease {
  /** The run as it was when the lease was taken, with its checkpoint and selection. */
  readonly run: RunDoc;
  /**
   * Whether it stands for certain, by the time that has passed in this process since it was asked for: one that
   * was frozen sees so first when it wakes.
   */
  isHeld(): boolean;
  /**
   * Moves the checkpoint, absolutely, on the condition that the token and the previous checkpoint
   * still stand: no page is counted twice, whoever resumes.
   * @returns whether to go on: `lost` to another producer, or the run was `cancelled`.
   */
  advance(
    checkpoint: RunDoc['checkpoint'],
    enumerated: number,
  ): Promise<'ok' | 'lost' | 'cancelled'>;
  /** Says that all items are enumerated. @returns false if the run is no longer ours to finish. */
  finish(): Promise<boolean>;
  /** Gives the run back at once, so that another process may go on. */
  release(): Promise<void>;
}

/**
 * Takes the lease of a run that is still enumerating and that nobody holds, by the store's clock: a process
 * whose own is ahead takes over no run that is held.
 * @returns null when another producer has it, or nothing is left to enumerate.
 */
export async function leaseRun(runId: string, leaseMs: number): Promise<ProducerLease | null> {
  const token = randomUUID();
  const first = await term(leaseMs);
  let { heldUntil } = first;
  const taken = await RunModel.findOneAndUpdate(
    {
      _id: runId,
      status: 'enumerating',
      $or: [{ lease: null }, { 'lease.expiresAt': { $lte: first.now } }],
    },
    { $set: { lease: { token, expiresAt: first.expiresAt } } },
    { returnDocument: 'after', lean: true, writeConcern: DURABLE },
  );
  if (taken === null) return null;
  const run = taken as RunDoc;
  let previous = run.checkpoint;

  return {
    run,
    isHeld: () => performance.now() < heldUntil,
    async advance(checkpoint, enumerated) {
      const renewed = await term(leaseMs);
      const moved = await RunModel.findOneAndUpdate(
        { _id: runId, 'lease.token': token, checkpoint: previous },
        {
          $set: {
            checkpoint,
            enumerated,
            'lease.expiresAt': renewed.expiresAt,
          },
        },
        {
          returnDocument: 'after',
          lean: true,
          projection: { status: 1 },
          writeConcern: DURABLE,
        },
      );
      if (moved === null) return 'lost';
      previous = checkpoint;
      heldUntil = renewed.heldUntil;
      return moved.status === 'cancelled' ? 'cancelled' : 'ok';
    },
    async finish() {
      const { matchedCount } = await RunModel.updateOne(
        { _id: runId, 'lease.token': token, status: 'enumerating' },
        { $set: { status: 'running', enumerationEnded: true, lease: null } },
        { writeConcern: DURABLE },
      );
      return matchedCount === 1;
    },
    async release() {
      await RunModel.updateOne(
        { _id: runId, 'lease.token': token },
        { $set: { 'lease.expiresAt': await storeTime() } },
      );
    },
  };
}

/** A lease from now on: by the store's clock for others, and by the time that passes here for its holder. */
async function term(leaseMs: number): Promise<{ now: Date; expiresAt: Date; heldUntil: number }> {
  // Counted from before the answer: here it ends a little sooner than there.
  const heldUntil = performance.now() + leaseMs;
  const now = await storeTime();
  return { now, expiresAt: new Date(now.getTime() + leaseMs), heldUntil };
}
