import type { Worker } from '../api/shapes.ts';
import { Status } from '../parts/Status.tsx';
import { words } from '../words/words.ts';

const { states } = words.workers;

/** Whether a worker takes jobs, and who asked it for something else. */
export function WorkerState({ worker: { quiet, asked } }: { worker: Worker }) {
  if (asked?.order === 'stop') return <Status tone="warn">{states.stopping(asked.by)}</Status>;
  if (quiet) return <Status tone="idle">{states.quiet(asked?.by ?? words.common.none)}</Status>;
  return <Status tone="good">{states.working}</Status>;
}

/** Its version; while there are several at once the older ones are marked. */
export function WorkerVersion({ version, newest }: { version: string; newest: string }) {
  return version === newest ? version : <Status tone="warn">{words.workers.older(version)}</Status>;
}
