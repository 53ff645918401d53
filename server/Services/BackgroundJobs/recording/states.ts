import { JOB_STATUSES, type JobState } from '../../../models/system/JobStatusModel.ts';

/**
 * How a job's record may move on. The recorder, the outbox and the reconciler write no status
 * but by this table.
 *
 * A short job is not written as `active`, so `queued` reaches each outcome directly; a record
 * restored from an older backup may find its job ended, so `delayed` does too. `active → active`
 * is a new start after a crash, `active → queued` a job handed back, `failed → queued` a retry.
 * `scheduled` waits in MongoDB alone until it is nearly due: a job is put there by its enqueuer, or by
 * work that asks for a much later time; a restored record may stand there though its job has moved on.
 */
const TRANSITIONS: Record<JobState, readonly JobState[]> = {
  scheduled: ['queued', 'active', 'delayed', 'completed', 'failed', 'cancelled'],
  queued: [
    'scheduled',
    'active',
    'delayed',
    'completed',
    'failed',
    'duplicate',
    'cancelled',
    'queued',
  ],
  active: ['scheduled', 'active', 'queued', 'delayed', 'completed', 'failed', 'cancelled'],
  delayed: [
    'scheduled',
    'active',
    'queued',
    'delayed',
    'completed',
    'failed',
    'duplicate',
    'cancelled',
  ],
  failed: ['queued'],
  completed: [],
  cancelled: [],
  duplicate: [],
};

/** The states of jobs that Redis should have. */
export const PENDING_STATES = [
  'queued',
  'active',
  'delayed',
] as const satisfies readonly JobState[];

/** The states of a job that has not begun, or waits to be tried again. */
export const WAITING_STATES = [
  'queued',
  'delayed',
  'scheduled',
] as const satisfies readonly JobState[];

/** The states in which a job still has something to come. */
export const OPEN_STATES = ['scheduled', ...PENDING_STATES] as const satisfies readonly JobState[];

/** Whether a record in this state may become the other. */
export function mayBecome(from: JobState, to: JobState): boolean {
  return TRANSITIONS[from].includes(to);
}

/** The states a record may be in for a write of `to`: the condition that every write carries. */
export function sourcesOf(to: JobState): readonly JobState[] {
  return JOB_STATUSES.filter((from) => mayBecome(from, to));
}

/** Whether nothing but an admin's retry can change the job any more. */
export function isFinal(state: JobState): boolean {
  return !(OPEN_STATES as readonly JobState[]).includes(state);
}
