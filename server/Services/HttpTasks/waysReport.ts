import { type HttpExecutionDoc, HttpExecutionModel } from '../../models/HttpExecutionModel.ts';
import type { TaskWay } from '../../models/HttpJobModel.ts';

/** How the tasks of one way, or of one name and way, went. */
export interface WayFigures {
  tasks: number;
  completed: number;
  failed: number;
  cancelled: number;
  /** Not ended yet. */
  open: number;
  /** From the time a task was due to its end, in milliseconds; null where none has ended. */
  latency: { p50: number; p95: number; p99: number; max: number } | null;
  /** Failed ones by their codes. */
  errors: Record<string, number>;
}

export interface WaysReport {
  from: Date;
  to: Date;
  ways: Record<TaskWay, WayFigures>;
  /** By name, those with the most tasks first. */
  jobs: ({ name: string } & Record<TaskWay, WayFigures>)[];
  /** There were more tasks: these are the newest. */
  truncated: boolean;
}

type Counted = Pick<
  HttpExecutionDoc,
  'name' | 'way' | 'outcome' | 'error' | 'scheduledAt' | 'finishedAt'
>;

const MOST_TASKS = 100_000;
const MOST_NAMES = 500;

/** Compares the two ways over the tasks that were handed in between two instants. */
export async function reportOnWays(from: Date, to: Date): Promise<WaysReport> {
  const all = new Both();
  const byName = new Map<string, Both>();
  let tasks = 0;
  const found = HttpExecutionModel.find(
    { trigger: 'task', createdAt: { $gte: from, $lt: to } },
    { name: 1, way: 1, outcome: 1, 'error.code': 1, scheduledAt: 1, finishedAt: 1 },
  )
    .sort({ createdAt: -1 })
    .limit(MOST_TASKS + 1)
    .lean<Counted[]>()
    .cursor({ batchSize: 1_000 });
  for await (const task of found) {
    tasks += 1;
    if (tasks > MOST_TASKS) break;
    all.add(task);
    const { name = '' } = task;
    const ofName = byName.get(name) ?? new Both();
    byName.set(name, ofName);
    ofName.add(task);
  }
  const jobs = [...byName]
    .map(([name, both]) => ({ name, ...both.figures() }))
    .sort((one, other) => sizeOf(other) - sizeOf(one))
    .slice(0, MOST_NAMES);
  return { from, to, ways: all.figures(), jobs, truncated: tasks > MOST_TASKS };
}

function sizeOf(both: Record<TaskWay, WayFigures>): number {
  return both.queue.tasks + both['in-memory'].tasks;
}

class Both {
  readonly #ways = { queue: new Way(), 'in-memory': new Way() };

  add(task: Counted): void {
    this.#ways[task.way ?? 'queue'].add(task);
  }

  figures(): Record<TaskWay, WayFigures> {
    return {
      queue: this.#ways.queue.figures(),
      'in-memory': this.#ways['in-memory'].figures(),
    };
  }
}

class Way {
  readonly #counts = { completed: 0, failed: 0, cancelled: 0, open: 0 };
  readonly #errors = new Map<string, number>();
  readonly #latencies: number[] = [];

  add({ outcome, error, scheduledAt, finishedAt }: Counted): void {
    this.#counts[outcome ?? 'open'] += 1;
    if (outcome === 'failed') {
      const code = error?.code ?? 'JOB_FAILED';
      this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
    }
    if (finishedAt !== null && outcome !== 'cancelled') {
      this.#latencies.push(Math.max(0, finishedAt.getTime() - scheduledAt.getTime()));
    }
  }

  figures(): WayFigures {
    const { completed, failed, cancelled, open } = this.#counts;
    return {
      ...{ tasks: completed + failed + cancelled + open, ...this.#counts },
      latency: latencyOf(this.#latencies.toSorted((one, other) => one - other)),
      errors: Object.fromEntries(this.#errors),
    };
  }
}

/** By the nearest rank. */
function latencyOf(sorted: readonly number[]): WayFigures['latency'] {
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  if (sorted.length === 0) return null;
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: rank(1) };
}
