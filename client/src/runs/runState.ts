import type { Run } from '../api/shapes.ts';
import type { Tone } from '../parts/Status.tsx';
import { words } from '../words/words.ts';

/** A run's state as a word and its colour. */
export function runState({ status, failed, balanced }: Run): { tone: Tone; text: string } {
  const text = words.run.statuses[status];
  if (!balanced) return { tone: 'bad', text: `${text}, ${words.now.unbalanced}` };
  if (status === 'completed') return { tone: failed > 0 ? 'warn' : 'good', text };
  return { tone: status === 'cancelled' ? 'idle' : 'busy', text };
}

/** How long a run took, or has taken so far. */
export function tookMs({ startedAt, finishedAt }: Run, now: number): number {
  return Math.max(0, (finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt));
}
