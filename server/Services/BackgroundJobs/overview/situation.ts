import type { HoldNote } from '../../../models/system/ScheduleModel.ts';
import type { SlotState } from '../../../models/system/SlotModel.ts';
import type { SilentWorker } from '../consuming/workerSigns.ts';
import type { RunView } from '../runs/balance.ts';
import { type Surroundings, surroundingSituations } from './surroundings.ts';

/** What may be the matter, the worst first. */
export const SITUATIONS = [
  'redis-away',
  'nobody-works',
  'stands-still',
  'goes-in-circles',
  'queue-unseen',
  'queue-paused',
  'run-failing',
  'run-unbalanced',
  'schedule-silent',
  'provider-refuses',
  'failures-rising',
  'destination-held',
  'schedule-stopped',
  'nothing-done',
  'run-warned',
  'worker-silent',
  'worker-unfit',
  'clock-set-back',
  'slot-missed',
  'import-unfinished',
  'versions-mixed',
  'jobs-failed',
  'run-goes-on',
  'all-well',
] as const;
export type SituationCode = (typeof SITUATIONS)[number];

/** `down`: no job is done. `warning`: a person is needed. `notice`: worth knowing. */
export const LEVELS = ['down', 'warning', 'notice', 'well'] as const;
type Level = (typeof LEVELS)[number];

/** One thing that is the matter, as facts: the page has the words. */
export interface Situation {
  code: SituationCode;
  level: Level;
  /** The queue, schedule, run or worker that it is about. */
  subject: string | null;
  since: Date | null;
  /** How many jobs, or workers, it hits. */
  affected: number | null;
  /** How many there are in all, of which `affected` is a part. */
  of: number | null;
  /** Who did it, and what they or the program said. */
  by: string | null;
  note: string | null;
  /** When the next slot is due, which is what comes if nothing is done. */
  next: Date | null;
}

interface QueueFacts {
  queue: string;
  status: 'ok' | 'degraded' | 'down';
  reasons: readonly string[];
  waiting: number | null;
  delayed: number | null;
  oldestWaitingMs: number | null;
  workers: number;
  failed: number;
  lastCompletedAt: Date | null;
  pause: { at: Date; by: string; note: string } | null;
}

interface ScheduleFacts {
  schedule: string;
  next: Date | null;
  /** The oldest slot that is due and of which nothing is known. */
  overdue: Date | null;
  heldUntil: Date | null;
  hold: HoldNote | null;
  heldSince: Date | null;
  lastSlot: { slot: Date; state: SlotState } | null;
}

export interface Facts {
  now: Date;
  redis: 'up' | 'down';
  queues: readonly QueueFacts[];
  workers: readonly {
    worker: string;
    version: string;
    startedAt: Date;
    failedQueues: readonly { queue: string; reason: string }[];
  }[];
  silentWorkers: readonly SilentWorker[];
  clockSetBack: string | null;
  schedules: readonly ScheduleFacts[];
  /** Newest first. */
  runs: readonly RunView[];
  /** The last job that failed. */
  lastFailure: { code: string; at: Date | null } | null;
  surroundings: Surroundings;
}

/** A slot is looked at each second: later than this, nobody looks. */
const OVERDUE_MS = 120_000;
/** Fewer failed jobs than this say nothing about a run. */
const MANY_FAILED = 5;

/** All that is the matter, the worst first; if nothing is, how well it goes. */
export function situationsOf(facts: Facts): Situation[] {
  const found = [
    ...ofRedis(facts),
    ...(facts.redis === 'up' ? facts.queues.flatMap((queue) => ofQueue(queue, facts)) : []),
    ...ofRuns(facts),
    ...facts.schedules.flatMap((schedule) => ofSchedule(schedule, facts)),
    ...ofWorkers(facts),
    ...ofFailures(facts),
    ...surroundingSituations(facts.surroundings, facts.now).map(({ code, level, ...rest }) =>
      situation(code, level, facts, rest),
    ),
  ];
  const isFailing = found.some(({ code }) => code === 'run-failing');
  // That a run fails says it already.
  const told = found.filter(({ code }) => code !== 'failures-rising' || !isFailing);
  const all = told.length > 0 ? told : [well(facts)];
  return all.sort((left, right) => SITUATIONS.indexOf(left.code) - SITUATIONS.indexOf(right.code));
}

function situation(
  code: SituationCode,
  level: Level,
  facts: Facts,
  rest: Partial<Situation>,
): Situation {
  const next = nextSlotOf(facts);
  const none = { subject: null, since: null, affected: null, of: null, by: null, note: null };
  return { code, level, ...none, next, ...rest };
}

function nextSlotOf({ schedules }: Facts): Date | null {
  const due = schedules.flatMap(({ next }) => next ?? []).map((next) => next.getTime());
  return due.length === 0 ? null : new Date(Math.min(...due));
}

function ofRedis(facts: Facts): Situation[] {
  if (facts.redis === 'up') return [];
  const completed = facts.queues.flatMap(({ lastCompletedAt }) => lastCompletedAt?.getTime() ?? []);
  const since = completed.length === 0 ? null : new Date(Math.max(...completed));
  return [situation('redis-away', 'down', facts, { since })];
}

function ofQueue(queue: QueueFacts, facts: Facts): Situation[] {
  const { queue: subject, waiting, delayed, pause, oldestWaitingMs, status } = queue;
  const affected = waiting === null ? null : waiting + (delayed ?? 0);
  const about = { subject, affected };
  const since = oldestWaitingMs === null ? null : new Date(facts.now.getTime() - oldestWaitingMs);
  const paused =
    pause === null
      ? []
      : [
          situation('queue-paused', 'warning', facts, {
            ...about,
            since: pause.at,
            by: pause.by,
            note: pause.note === '' ? null : pause.note,
          }),
        ];
  const note = queue.reasons[0] ?? null;
  if (waiting === null) return [situation('queue-unseen', 'warning', facts, { ...about, note })];
  if (queue.workers === 0) {
    return [...paused, situation('nobody-works', 'down', facts, { ...about, since })];
  }
  if (pause !== null) return paused;
  if (status === 'down') return [situation('stands-still', 'down', facts, { ...about, since })];
  const unfit = facts.workers.some((worker) =>
    worker.failedQueues.some((failed) => failed.queue === subject),
  );
  if (status === 'degraded' && !unfit) {
    return [situation('goes-in-circles', 'warning', facts, { ...about, since, note })];
  }
  return [];
}

function ofRuns(facts: Facts): Situation[] {
  const [newest] = facts.runs;
  if (newest === undefined) return [];
  const unbalanced = facts.runs
    .filter(({ balanced }) => !balanced)
    .map((run) =>
      situation('run-unbalanced', 'warning', facts, { subject: run.runId, since: run.startedAt }),
    );
  const { completed, failed, runId: subject, startedAt: since, warnings, finishedAt } = newest;
  const failing =
    failed >= MANY_FAILED && failed >= completed
      ? [
          situation('run-failing', completed === 0 ? 'down' : 'warning', facts, {
            subject,
            since,
            affected: failed,
            of: completed + failed,
            note: facts.lastFailure?.code ?? null,
          }),
        ]
      : [];
  const warned =
    finishedAt === null && warnings[0] !== undefined
      ? [situation('run-warned', 'warning', facts, { subject, since, note: warnings[0] })]
      : [];
  return [...failing, ...unbalanced, ...warned];
}

function ofSchedule(each: ScheduleFacts, facts: Facts): Situation[] {
  const { schedule: subject, heldUntil, hold, heldSince: since, overdue, lastSlot, next } = each;
  if (heldUntil !== null && heldUntil > facts.now) {
    const about = { subject, since, by: hold?.by ?? null, note: hold?.why || null, next };
    return [situation('schedule-stopped', 'warning', facts, about)];
  }
  if (overdue !== null && facts.now.getTime() - overdue.getTime() > OVERDUE_MS) {
    return [situation('schedule-silent', 'down', facts, { subject, since: overdue, next })];
  }
  if (lastSlot?.state === 'skipped' || lastSlot?.state === 'overlapped') {
    const about = { subject, since: lastSlot.slot, note: lastSlot.state, next };
    return [situation('slot-missed', 'notice', facts, about)];
  }
  return [];
}

function ofWorkers(facts: Facts): Situation[] {
  const { silentWorkers, workers, clockSetBack } = facts;
  const versions = [...new Set(workers.map(({ version }) => version))].sort();
  const newest = new Date(Math.max(...workers.map(({ startedAt }) => startedAt.getTime())));
  return [
    ...silentWorkers.map(({ worker: subject, lastSeenAt: since }) =>
      situation('worker-silent', 'warning', facts, { subject, since }),
    ),
    ...workers.flatMap(({ worker: subject, startedAt: since, failedQueues }) =>
      failedQueues.map(({ reason: note }) =>
        situation('worker-unfit', 'warning', facts, { subject, since, note }),
      ),
    ),
    ...(clockSetBack === null
      ? []
      : [situation('clock-set-back', 'warning', facts, { note: clockSetBack })]),
    ...(versions.length > 1
      ? [situation('versions-mixed', 'notice', facts, { since: newest, note: versions.join(', ') })]
      : []),
  ];
}

function ofFailures(facts: Facts): Situation[] {
  const failed = facts.queues.reduce((sum, queue) => sum + queue.failed, 0);
  const affected = failed - facts.surroundings.dismissed;
  if (affected <= 0) return [];
  const { code = null, at = null } = facts.lastFailure ?? {};
  return [situation('jobs-failed', 'notice', facts, { affected, since: at, note: code })];
}

function well(facts: Facts): Situation {
  const open = facts.runs.find(({ finishedAt }) => finishedAt === null);
  if (open !== undefined) {
    const affected = open.enumerated - open.queued - open.active - open.delayed;
    const about = { subject: open.runId, since: open.startedAt, affected, of: open.enumerated };
    return situation('run-goes-on', 'well', facts, about);
  }
  const last = facts.runs[0];
  return situation('all-well', 'well', facts, {
    subject: last?.runId ?? null,
    since: last?.finishedAt ?? null,
    affected: last?.completed ?? null,
    of: last?.enumerated ?? null,
  });
}
