import type { Job } from '../api/shapes.ts';
import { Status, type Tone } from '../parts/Status.tsx';
import { words } from '../words/words.ts';

/** The states in the order in which a job passes through them, each with its colour. */
export const JOB_TONES: Readonly<Record<Job['status'], Tone>> = {
  scheduled: 'idle',
  queued: 'idle',
  active: 'busy',
  delayed: 'warn',
  completed: 'good',
  failed: 'bad',
  duplicate: 'idle',
  cancelled: 'idle',
};

/** The states of a job that has not ended. */
export const OPEN: readonly Job['status'][] = ['scheduled', 'queued', 'active', 'delayed'];

/** The state of a job, with its colour. */
export function JobState({ status }: { status: Job['status'] }) {
  return <Status tone={JOB_TONES[status]}>{words.jobs.statuses[status]}</Status>;
}
