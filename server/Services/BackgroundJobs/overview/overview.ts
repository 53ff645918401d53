import { byItsCost, shared } from '../../../config/shared.ts';
import type { JobStatusDoc } from '../../../models/system/JobStatusModel.ts';
import type { Administration } from '../admin/administration.ts';
import { newestRecords } from '../admin/newestRecords.ts';
import { signsOfSilent } from '../consuming/workerSigns.ts';
import { clockSetBack, setBackText } from '../health/clockSetBack.ts';
import { type QueueHealthReport, SILENCE_TOLD_MS } from '../health/queueHealth.ts';
import type { RunView } from '../runs/balance.ts';
import { readSteering } from '../steering/queueSteering.ts';
import { countDismissed } from './dismissals.ts';
import { readSurroundings } from './readSurroundings.ts';
import { listSchedules, type ScheduleView } from './schedules.ts';
import type { Situation } from './situation.ts';
import { situationsOf } from './situationsOf.ts';

/** What a person sees first. */
export interface Overview extends Pick<QueueHealthReport, 'redis' | 'queues' | 'workers'> {
  /** When all of it was so. */
  asOf: Date;
  /** The worst first; never empty. */
  situations: Situation[];
  /** The newest, open ones included. */
  runs: RunView[];
  schedules: ScheduleView[];
}

/** How long one look at the stores serves all who ask. */
const KEPT_MS = 1_000;
/** The longest that what moves by the minute is kept where reading it has become slow. */
const SLOWLY_KEPT_MS = 3_000;
const RUNS = 5;

interface OverviewDeps {
  queueHealth(): Promise<QueueHealthReport>;
  listRuns: Administration['listRuns'];
}

/** Makes the overview; those who ask within a second of each other share one look at the stores. */
export function createOverview({ queueHealth, listRuns }: OverviewDeps): () => Promise<Overview> {
  async function look(): Promise<Overview> {
    const [health, runs, steering, slow, dismissed, surroundings] = await Promise.all([
      lookTwice(queueHealth),
      listRuns({ limit: RUNS }),
      readSteering(),
      readWhatMovesSlowly(),
      countDismissed(),
      readSurroundings(),
    ]);
    const { schedules, silent, clock } = slow;
    const hasFailed = [...health.queues, ...runs.items].some(({ failed }) => failed > 0);
    const lastFailure = hasFailed ? await newestFailure() : null;
    const asOf = new Date();
    const { redis, queues, workers } = health;
    const situations = situationsOf({
      now: asOf,
      redis,
      queues: queues.map((queue) => ({
        ...queue,
        pause: steering.get(queue.queue)?.paused ?? null,
      })),
      workers,
      silentWorkers: silent,
      clockSetBack: clock && setBackText(clock),
      schedules: schedules.map((schedule) => ({
        ...schedule,
        lastSlot: schedule.slots.at(-1) ?? null,
      })),
      runs: runs.items,
      lastFailure,
      dismissed,
      surroundings,
    });
    return { asOf, situations, redis, queues, workers, schedules, runs: runs.items };
  }

  return shared(look, { maxAgeMs: () => KEPT_MS });
}

const readWhatMovesSlowly = shared(
  async () => {
    const [schedules, silent, clock] = await Promise.all([
      listSchedules(),
      signsOfSilent(SILENCE_TOLD_MS),
      clockSetBack(),
    ]);
    return { schedules, silent, clock };
  },
  { maxAgeMs: (last) => Math.min(SLOWLY_KEPT_MS, Math.max(KEPT_MS, byItsCost(last))) },
);

/** One answer that comes late, on a machine that is busy, is no outage: Redis is away when it is so twice. */
async function lookTwice(look: OverviewDeps['queueHealth']): Promise<QueueHealthReport> {
  const first = await look();
  return first.redis === 'down' ? look() : first;
}

async function newestFailure(): Promise<{ code: string; at: Date | null } | null> {
  const [newest] = await newestRecords<Pick<JobStatusDoc, 'error' | 'finishedAt'>>(
    { status: 'failed' },
    { error: 1, finishedAt: 1 },
    { count: 1 },
  );
  return newest?.error ? { code: newest.error.code, at: newest.finishedAt } : null;
}
