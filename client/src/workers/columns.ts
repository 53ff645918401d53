import type { Worker } from '../api/shapes.ts';
import type { Column } from '../parts/List.tsx';
import { bytes, count } from '../words/numbers.ts';
import { words } from '../words/words.ts';

/** How many jobs a worker has at work. */
export const RUNNING: Column<Worker> = {
  name: words.workers.running,
  cell: ({ runningJobs }) => count(runningJobs),
  numeric: true,
};

export const MEMORY: Column<Worker> = {
  name: words.workers.memory,
  cell: ({ memoryBytes }) => bytes(memoryBytes),
  numeric: true,
};
