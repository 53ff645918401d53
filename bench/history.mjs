import mongoose from 'mongoose';
import { ulid } from 'ulid';
import { GROUPS, groupOf, messageOf } from './failureGroups.mjs';

const { ObjectId } = mongoose.mongo;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** As the product keeps records of jobs. */
export const RETENTION_DAYS = 7;
/** All records are younger than that. */
const SPAN_MS = 5 * DAY_MS;
const RUNS = 40;
/** A run’s pace while it enumerates, and then that of the workers, who end its jobs one after another. */
const ENUMERATED_PER_MS = 1;
const WORKED_PER_MS = 0.5;
/** The share of all jobs that belong to hourly runs; the others belong to no run. */
const SHARE_OF_RUNS = 0.8;
/** Ledgers of runs whose records have expired. */
const OLDER_RUNS = 2_000;
const SCHEDULE = 'user-data-hourly';
const USER_DATA = 'user-data';
const WORKERS = ['web-1:4242:k3x9', 'web-2:4242:p7q1'];

/** The kinds of single jobs, with their queues and their share of a thousand; `report` is rare. */
const SINGLE_KINDS = [
  { kind: 'email', queue: 'email', share: 450 },
  { kind: 'http-task', queue: 'http-task', share: 250 },
  { kind: 'whatsapp', queue: 'WHATSAPP', share: 150 },
  { kind: 'order-processing', queue: 'ORDER_PROCESSING', share: 100 },
  { kind: 'payment-reminder', queue: 'PAYMENT_REMINDERS', share: 49 },
  { kind: 'report', queue: 'REPORT_GENERATION', share: 1 },
];

/**
 * The history of an installation: hourly runs of all users, single jobs at any time, a tenth of all failed.
 * The same `jobs` and `now` make the same one.
 * @param {{jobs: number, now: Date}} size
 */
export function createHistory({ jobs, now }) {
  const users = Array.from({ length: usersOf(jobs) }, (_, place) => userOf(place));
  const lastSlot = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS);
  const slots = Array.from(
    { length: RUNS },
    (_, place) => new Date(lastSlot.getTime() - (RUNS - place) * HOUR_MS),
  );
  const began = now.getTime() - SPAN_MS;
  /** One sequence orders runs and single jobs. */
  const seqAt = (/** @type {Date} */ at) =>
    OLDER_RUNS + 1 + Math.floor((at.getTime() - began) / 1_000);
  const singles = jobs - RUNS * users.length;

  return {
    users,
    lastSeq: seqAt(now),
    runs: [...olderRuns(slots), ...slots.map((slot) => runOf(slot, seqAt(slot), countRun(slot)))],
    slots: slots.map(slotOf),
    /** All records, in batches. */
    *batches(/** @type {number} */ size) {
      for (let at = 0; at < jobs; at += size) {
        yield Array.from({ length: Math.min(size, jobs - at) }, (_, place) => recordOf(at + place));
      }
    },
  };

  /** @param {number} place */
  function recordOf(place) {
    const inRuns = jobs - singles;
    return place < inRuns ? runJob(place) : singleJob(place, place - inRuns);
  }

  /** @param {number} place */
  function runJob(place) {
    const slot = /** @type {Date} */ (slots[Math.floor(place / users.length)]);
    const item = place % users.length;
    const user = /** @type {ReturnType<typeof userOf>} */ (users[item]);
    const runId = runIdOf(slot);
    const queuedAt = new Date(slot.getTime() + item / ENUMERATED_PER_MS);
    const finishedAt = new Date(slot.getTime() + 1_000 + item / WORKED_PER_MS);
    const userId = user._id.toHexString();
    return {
      _id: `${USER_DATA}-${runId}-${userId}`,
      ...{ kind: USER_DATA, queue: USER_DATA, runId, runSeq: seqAt(slot), userId: user._id },
      payload: { userId, asOf: slot.toISOString().slice(0, 10), backfill: false },
      ...{ deduplicationId: userId, key: null, runAt: null },
      ...ended(place, { queuedAt, finishedAt, durationMs: 20 + (place % 180) }),
    };
  }

  /**
   * @param {number} place among all
   * @param {number} number among the single ones
   */
  function singleJob(place, number) {
    const { kind, queue } = kindOf(number);
    const queuedAt = new Date(began + Math.floor((number / singles) * (SPAN_MS - HOUR_MS)));
    const user = /** @type {ReturnType<typeof userOf>} */ (users[(number * 7_919) % users.length]);
    const key = `${kind}-${number}`;
    const base = {
      _id: ulid(queuedAt.getTime()),
      ...{ kind, queue, runId: null, runSeq: seqAt(queuedAt), userId: user._id },
      payload: { to: user.email, number },
      ...{ deduplicationId: null, key },
    };
    if (number % 100 === 3) {
      const runAt = new Date(now.getTime() + DAY_MS + number * 1_000);
      return { ...base, keyHeld: key, runAt, ...notBegun(queuedAt), status: 'scheduled' };
    }
    if (number % 200 === 5) {
      const expiresAt = expiry(queuedAt);
      return {
        ...{ ...base, runAt: null, ...notBegun(queuedAt), expiresAt },
        ...{ status: 'cancelled', finishedAt: new Date(queuedAt.getTime() + MINUTE_MS) },
      };
    }
    const durationMs = 40 + (number % 900);
    const finishedAt = new Date(queuedAt.getTime() + durationMs + (number % 2_000));
    const done = ended(place, { queuedAt, finishedAt, durationMs });
    return { ...base, keyHeld: key, runAt: null, ...done };
  }

  /** @param {Date} slot */
  function countRun(slot) {
    const first = slots.indexOf(slot) * users.length;
    let failed = 0;
    for (let item = 0; item < users.length; item += 1) if (isFailed(first + item)) failed += 1;
    return { failed, completed: users.length - failed };
  }
}

/** How many users there are. @param {number} jobs */
export function usersOf(jobs) {
  return (jobs * SHARE_OF_RUNS) / RUNS;
}

/** @param {number} place among all jobs */
function isFailed(place) {
  return place % 10 === 7;
}

/** @param {number} number among the single jobs */
function kindOf(number) {
  // Every thousandth job in a row would be one kind's: the factor spreads them.
  let left = (number * 617) % 1_000;
  for (const each of SINGLE_KINDS) {
    if (left < each.share) return each;
    left -= each.share;
  }
  throw new Error('The shares do not make a thousand.');
}

/** @param {number} place */
function userOf(place) {
  const hex = (0x6561f0c2a4d3e5f6n * 0x1_0000_0000n + BigInt(place)).toString(16);
  const externalId = String(place + 1).padStart(6, '0');
  return { _id: new ObjectId(hex), externalId, email: `customer-${externalId}@example.com` };
}

/** @param {Date} slot */
function runIdOf(slot) {
  return `${SCHEDULE}-${slot.toISOString().replace(/[-:]|\.\d+/g, '')}`;
}

/**
 * @param {number} place
 * @param {{queuedAt: Date, finishedAt: Date, durationMs: number}} times
 */
function ended(place, { queuedAt, finishedAt, durationMs }) {
  const worker = WORKERS[place % WORKERS.length];
  const startedAt = new Date(finishedAt.getTime() - durationMs);
  const common = {
    ...notBegun(queuedAt),
    ...{ startedAt, finishedAt, durationMs, worker, updatedAt: finishedAt },
    expiresAt: expiry(finishedAt),
  };
  if (!isFailed(place)) {
    const result = { effects: 1, score: place % 1_000 };
    return { ...common, status: 'completed', attempts: 1, starts: 1, result, effects: 1 };
  }
  const group = groupOf(Math.floor(place / 10));
  const error = { code: group.code, message: messageOf(group, place) };
  const attempts = [1, 2, 3, 4].map((start) => ({
    ...{ generation: 1, start, startedAt, endedAt: finishedAt, worker, outcome: 'failed', error },
  }));
  return {
    ...{ ...common, status: 'failed', attempts: 4, starts: 4, error, attemptLog: attempts },
    history: attempts.map(({ start }) => `attempt ${start}: ${error.code}: ${error.message}`),
  };
}

/** @param {Date} queuedAt */
function notBegun(queuedAt) {
  return {
    ...{ generation: 1, attempts: 0, starts: 0, payloadVersion: 1, unique: null, priority: null },
    ...{ maxAttempts: null, deadlineMs: null, duplicateOf: null, requestId: null, error: null },
    ...{ history: [], failedGenerations: [], result: null, effects: null, queuedAt },
    ...{ startedAt: null, finishedAt: null, durationMs: null, worker: null, updatedAt: queuedAt },
  };
}

/** @param {Date} finishedAt */
function expiry(finishedAt) {
  return new Date(finishedAt.getTime() + RETENTION_DAYS * DAY_MS);
}

/**
 * @param {Date} slot
 * @param {number} runSeq
 * @param {{completed: number, failed: number}} counts
 */
function runOf(slot, runSeq, { completed, failed }) {
  const none = { duplicates: 0, queued: 0, active: 0, delayed: 0, cancelled: 0 };
  const enumerated = completed + failed;
  return {
    _id: runIdOf(slot),
    ...{ kind: USER_DATA, runSeq, schedule: SCHEDULE, slot, trigger: 'schedule', mode: 'queue' },
    input: { asOf: slot.toISOString().slice(0, 10), backfill: false },
    ...{ batchSize: 50, status: 'completed', lease: null, checkpoint: 'f'.repeat(24) },
    ...{ enumerated, enumerationEnded: true, selection: null, forgotten: [], reopenings: 0 },
    ...{ sealed: { ...none, completed, failed }, claims: [], expired: null, warnings: [] },
    ...{ requestId: null, startedAt: slot },
    finishedAt: new Date(slot.getTime() + 1_000 + enumerated / WORKED_PER_MS),
  };
}

/** @param {readonly Date[]} slots */
function olderRuns([first = new Date()]) {
  return Array.from({ length: OLDER_RUNS }, (_, place) => {
    const slot = new Date(first.getTime() - (OLDER_RUNS - place) * HOUR_MS);
    return runOf(slot, place + 1, { completed: 18_000, failed: place % 7 });
  });
}

/** @param {Date} slot */
function slotOf(slot) {
  return {
    _id: `${SCHEDULE}@${slot.toISOString()}`,
    ...{ schedule: SCHEDULE, slot, state: 'began', trigger: 'schedule', inTurn: false },
    ...{ beside: false, claimedAt: slot, claimedBy: 'api', runId: runIdOf(slot), jobId: null },
    ...{ outcome: 'completed', effects: null, didNothing: false, through: null, note: null },
    ...{ recordedAt: slot, expiresAt: new Date(slot.getTime() + 60 * DAY_MS) },
  };
}

/** What of the history a page may be asked for. */
export const KNOWN = {
  codes: GROUPS.map(({ code }) => code),
  kinds: [USER_DATA, ...SINGLE_KINDS.map(({ kind }) => kind)],
  queues: [USER_DATA, ...SINGLE_KINDS.map(({ queue }) => queue)],
};
