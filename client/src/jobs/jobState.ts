import type { Job } from '../api/shapes.ts';
import type { Tone } from '../parts/Status.tsx';

/** The states in the order of a job's way, each with its colour. */
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
