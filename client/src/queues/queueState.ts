import type { QueueHealth } from '../api/shapes.ts';
import type { Tone } from '../parts/Status.tsx';
import { words } from '../words/words.ts';

/** A queue's state as a word and its colour. */
export function queueTone({ status, paused, workers }: QueueHealth): { tone: Tone; text: string } {
  const { statuses } = words.queues;
  if (paused === true && workers > 0) return { tone: 'warn', text: statuses.paused };
  const tone = { ok: 'good', degraded: 'warn', down: 'bad' } as const;
  return { tone: tone[status], text: statuses[status] };
}
