import type { Run } from '../api/shapes.ts';
import { Status, type Tone } from '../parts/Status.tsx';
import { words } from '../words/words.ts';

/** How far a run is, and whether its ledger balances. */
export function RunState({ run }: { run: Run }) {
  const text = words.run.statuses[run.status];
  if (!run.balanced) return <Status tone="bad">{`${text}, ${words.now.unbalanced}`}</Status>;
  return <Status tone={toneOf(run)}>{text}</Status>;
}

function toneOf({ status, failed }: Run): Tone {
  if (status === 'completed') return failed > 0 ? 'warn' : 'good';
  return status === 'cancelled' ? 'idle' : 'busy';
}

/** How long a run took, or has taken so far. */
export function tookMs({ startedAt, finishedAt }: Run): number {
  const end = finishedAt === null ? Date.now() : Date.parse(finishedAt);
  return Math.max(0, end - Date.parse(startedAt));
}
