import { randomUUID } from 'node:crypto';
import type { Timetable } from '../../../config/timetable.ts';
import { acquireLease, releaseLease } from '../../../models/system/LeaseModel.ts';
import type { RunDoc } from '../../../models/system/RunModel.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import { HAND_OVER_MS } from '../enqueuing/enqueuer.ts';
import { foldNumbers } from '../numbers/fold.ts';
import type { RetentionDays } from '../recording/expiry.ts';
import { currentCounts } from '../runs/balance.ts';
import { warnInRun } from '../runs/ledger.ts';
import { isTooYoung, isWarnedOfPace, paceWarning } from '../runs/paceWarning.ts';
import { keepRecordsOf, type OpenJobs, openRuns, sealIfFinished } from '../runs/seal.ts';
import { every, type Repetition } from '../scheduling/every.ts';
import { nextSlot } from '../scheduling/slots.ts';
import { applySteering } from '../steering/queueSteering.ts';
import type { Alarms } from './alarms.ts';
import { cancelRequested } from './cancelRequested.ts';
import { countsDisagree } from './countsDisagree.ts';
import { type ReconcilerOptions, reconcile } from './reconciler.ts';
import { stageDueJobs } from './stager.ts';

interface KeeperOptions {
  /** Null when Redis is not configured: then ledgers are sealed, and nothing is reconciled. */
  reconciliation: (ReconcilerOptions & { alarms: Alarms }) | null;
  reconcileIntervalMs: number;
  /** How long before its time a scheduled job is put into Redis. */
  horizonMs: number;
  timetable: Timetable;
  retentionDays: RetentionDays;
  /** What else is seen to each minute: runs of dead producers, batches of dead processes. */
  resume: () => Promise<void>;
  /** Called each second while MongoDB answers, whichever process keeps the ledgers. */
  resumeStopped: () => void;
  log: JobLog;
}

const SEAL_INTERVAL_MS = 1_000;
const FOLD_INTERVAL_MS = 60_000;
const LEASE = 'ledger-keeper';
/** A job recorded just now may be on its way into Redis still. */
const TIMED_GRACE_MS = 2 * HAND_OVER_MS;
/** How many records of each state are looked at each minute: a lost job is soon among the oldest. */
const OLDEST_LOOKED_AT = 500;
/** Each time after this many passes everything is looked through, however well counts agree. */
const FULL_PASS_EVERY = 10;

/**
 * Keeps the ledgers, in one API process at a time: each second seals what is finished, puts in what is
 * nearly due and cancels what was asked for, and each minute makes records and queue agree, resumes what died
 * midway and warns of slow runs.
 */
export function startKeeper(options: KeeperOptions): Repetition {
  const { log, reconciliation, reconcileIntervalMs } = options;
  const holder = randomUUID();
  const leaseMs = 10 * SEAL_INTERVAL_MS;
  const stopping = new AbortController();
  const { signal } = stopping;
  let pass = 0;
  /** When what is due at a certain time is to be held against Redis. */
  let timedPasses: number[] = [];
  const openJobs: OpenJobs = new Map();

  const sealing = every({ name: 'Sealing', intervalMs: SEAL_INTERVAL_MS, log }, async () => {
    if (!(await acquireLease(LEASE, holder, leaseMs))) return;
    const open = await openRuns();
    for (const run of open) await seal(run, openJobs, options);
    for (const runId of openJobs.keys()) {
      if (!open.some(({ _id }) => _id === runId)) openJobs.delete(runId);
    }
  });

  const staging = every({ name: 'Stager', intervalMs: SEAL_INTERVAL_MS, log }, async () => {
    const keeps = await acquireLease(LEASE, holder, leaseMs);
    options.resumeStopped();
    if (reconciliation === null || !keeps) return;
    const { lanes, batchSize, alarms } = reconciliation;
    // First of all: a Redis that lost its data knows of no pause, and its workers would take jobs.
    const steered = await applySteering(lanes);
    if (steered.length > 0) log.info('Pauses and limits were applied', { queues: steered });
    if (await alarms.redisCameBack()) {
      log.info('Redis came back, or lost its data: jobs that are due at a certain time come first');
      // Again when the jobs that were recorded shortly before are old enough to be looked at.
      timedPasses = [0, TIMED_GRACE_MS + SEAL_INTERVAL_MS].map((delay) => Date.now() + delay);
    }
    const [next, another] = timedPasses;
    if (next !== undefined && next <= Date.now()) {
      // A pass that takes that long gives way to the next, which begins with what is due first again.
      const untilAnother = another === undefined ? signal : endsAt(another, signal);
      const timed = { graceMs: TIMED_GRACE_MS, timed: true, signal: untilAnother };
      await reconcile({ ...reconciliation, ...timed });
      timedPasses.shift();
    }
    await cancelRequested(lanes);
    await stageDueJobs({ lanes, horizonMs: options.horizonMs, batchSize, signal });
  });

  const reconciling = every(
    { name: 'Reconciler', intervalMs: reconcileIntervalMs, log },
    async () => {
      await options.resume();
      if (!(await acquireLease(LEASE, holder, leaseMs))) return;
      if (reconciliation === null) return;
      const open = await openRuns();
      // Its jobs are in records and queue alike, so counts agree: the process cancelling it died.
      const cancelling = open.some((run) => run.status === 'cancelled' && run.mode === 'queue');
      const { lanes, alarms } = reconciliation;
      const alarmedAt = await alarms.ring();
      const began = Date.now();
      pass += 1;
      const due = alarmedAt !== null || cancelling || pass % FULL_PASS_EVERY === 0;
      if (!due && !(await countsDisagree(lanes, reconciliation))) {
        // In a queue where jobs always flow counts hide a loss: its record is soon among the oldest.
        await reconcile({ ...reconciliation, oldest: OLDEST_LOOKED_AT, signal });
        return;
      }
      if (alarmedAt !== null) {
        log.info('Redis or a worker was lost: all open jobs are looked through');
      }
      await reconcile({ ...reconciliation, signal });
      if (signal.aborted || alarmedAt === null) return;
      // A pass leaves the youngest records alone: only now were all old enough that the loss may hit.
      if (began - alarmedAt.getTime() >= reconciliation.graceMs) await alarms.reset();
    },
  );

  // Counts of many open runs take long: nothing else waits for them.
  const watching = every(
    { name: 'Pace of runs', intervalMs: reconcileIntervalMs, log },
    async () => {
      if (!(await acquireLease(LEASE, holder, leaseMs))) return;
      for (const run of await openRuns()) {
        if (signal.aborted) return;
        await watch(run, options);
      }
    },
  );

  const folding = every(
    { name: 'Folding numbers', intervalMs: FOLD_INTERVAL_MS, log },
    async () => {
      if (!(await acquireLease(LEASE, holder, leaseMs))) return;
      await foldNumbers(options);
    },
  );

  return {
    async stop() {
      stopping.abort();
      const all = [sealing, staging, reconciling, watching, folding];
      await Promise.all(all.map((each) => each.stop()));
      await releaseLease(LEASE, holder).catch(() => undefined);
    },
  };
}

/** Aborted at this instant, or with the other one before. */
function endsAt(instant: number, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, instant - Date.now()))]);
}

async function seal(
  run: RunDoc,
  openJobs: OpenJobs,
  { log, retentionDays }: KeeperOptions,
): Promise<void> {
  const totals = await sealIfFinished(run, retentionDays, openJobs);
  if (totals === null) return;
  const seconds = Math.round((Date.now() - run.startedAt.getTime()) / 1000);
  log.info('Run ended', { runId: run._id, seconds, ...totals });
}

async function watch(run: RunDoc, { log, timetable }: KeeperOptions): Promise<void> {
  await keepRecordsOf(run);
  const now = new Date();
  if (run.status === 'cancelled' || isWarnedOfPace(run) || isTooYoung(run, now)) return;
  const { slot, startedAt } = run;
  // A clock that is behind may begin a run before its slot: the slot after that is meant.
  const due = nextSlot(timetable, slot !== null && slot > startedAt ? slot : startedAt);
  if (due === null) return;
  const warning = paceWarning(run, await currentCounts(run), due, now);
  if (warning === null) return;
  await warnInRun(run._id, warning);
  log.warn(warning, { runId: run._id });
}
