import { byItsCost, shared } from '../../../config/shared.ts';
import { ImportModel } from '../../../models/ImportModel.ts';
import type { JobFailure } from '../../../models/system/JobStatusModel.ts';
import { SlotModel } from '../../../models/system/SlotModel.ts';
import { listDestinations } from '../../HttpTasks/destinations.ts';
import { refusedMessages } from '../../WhatsApp/refusedMessages.ts';
import { newestRecords } from '../admin/newestRecords.ts';
import { withoutIds } from './failures.ts';
import type { CauseTrend, Surroundings } from './surroundings.ts';

/** One look serves all who ask within so long: what is here changes slowly. */
const KEPT_MS = 5_000;
const FAILURES_LOOKED = 500;
const TREND_MS = 300_000;
const DAY_MS = 86_400_000;

/** What lies outside queues, runs and schedules; those who ask within five seconds, or longer if it is dear, share one look. */
export const readSurroundings = shared(look, {
  maxAgeMs: (last) => Math.max(KEPT_MS, byItsCost(last)),
});

async function look(): Promise<Surroundings> {
  const [destinations, refused, causes, nothingDone, imports] = await Promise.all([
    listDestinations(),
    refusedMessages(),
    trends(new Date()),
    slotsThatDidNothing(),
    ImportModel.find({ finishedAt: null }).lean(),
  ]);
  return {
    destinations: destinations.flatMap(({ destination, state, since, held }) =>
      state === 'well' || held === 0 ? [] : [{ destination, state, since, held }],
    ),
    refused,
    causes,
    nothingDone,
    imports: imports.map(({ _id: source, startedAt }) => ({ source, startedAt })),
  };
}

interface Failed {
  error: JobFailure | null;
  finishedAt: Date | null;
}

async function trends(now: Date): Promise<CauseTrend[]> {
  const newest = await newestRecords<Failed>(
    { status: 'failed' },
    { error: 1, finishedAt: 1, _id: 0 },
    { count: FAILURES_LOOKED },
  );
  return trendsOf(newest, now);
}

/** Exported for its test: how many of these failed in the last five minutes and in the five before, by cause. */
export function trendsOf(failed: readonly Failed[], now: Date): CauseTrend[] {
  const causes = new Map<string, CauseTrend>();
  for (const { error, finishedAt } of failed) {
    if (error === null || finishedAt === null) continue;
    const age = now.getTime() - finishedAt.getTime();
    if (age >= 2 * TREND_MS) continue;
    const cause = `${error.code} ${withoutIds(error.message)}`;
    const known = causes.get(cause) ?? {
      ...{ code: error.code, recent: 0, before: 0, since: finishedAt },
    };
    if (age < TREND_MS) known.recent += 1;
    else known.before += 1;
    if (finishedAt < known.since) known.since = finishedAt;
    causes.set(cause, known);
  }
  return [...causes.values()];
}

/** The slots of the last day that did nothing, unless the schedule has done something since. */
async function slotsThatDidNothing(): Promise<Surroundings['nothingDone']> {
  const slots = await SlotModel.find(
    { didNothing: true, slot: { $gte: new Date(Date.now() - DAY_MS) } },
    { schedule: 1, slot: 1, _id: 0 },
  )
    .sort({ slot: -1 })
    .limit(20)
    .lean();
  const newest = slots.filter(
    ({ schedule }, place) => slots.findIndex((slot) => slot.schedule === schedule) === place,
  );
  const since = await Promise.all(
    newest.map(({ schedule, slot }) =>
      SlotModel.exists({ schedule, slot: { $gt: slot }, effects: { $gt: 0 } }),
    ),
  );
  return newest.filter((_slot, place) => since[place] === null);
}
