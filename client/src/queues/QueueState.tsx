import type { QueueHealth } from '../api/shapes.ts';
import { Status } from '../parts/Status.tsx';
import { words } from '../words/words.ts';

const TONES = { ok: 'good', degraded: 'warn', down: 'bad' } as const;

/** Whether a queue's jobs flow. */
export function QueueState({ health: { status, paused, workers } }: { health: QueueHealth }) {
  const { statuses } = words.queues;
  if (paused === true && workers > 0) return <Status tone="warn">{statuses.paused}</Status>;
  return <Status tone={TONES[status]}>{statuses[status]}</Status>;
}
