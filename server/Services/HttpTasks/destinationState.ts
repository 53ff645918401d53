import type { DestinationDoc } from '../../models/DestinationModel.ts';

/** What is known of a host. */
export type DestinationState = Omit<DestinationDoc, '_id' | 'version'>;

/** What a host may be asked to bear. */
export interface DestinationLimits {
  /** Calls at once, over all workers. */
  concurrency: number;
  /** Calls begun in a second. */
  ratePerSecond: number;
}

/** Why a call has to wait. `asked`: the host asked for it; `down`: it failed again and again. */
export type WaitReason = 'asked' | 'down' | 'busy';

export type Admission =
  | { admitted: true; state: DestinationState }
  | { admitted: false; reason: WaitReason; until: Date };

/** Failures in a row after which a host counts as down. */
const FAILURES_TO_HOLD = 5;
const FIRST_HOLD_MS = 2_000;
const LONGEST_HOLD_MS = 60_000;
const PROBE_MS = 2_000;
const RATE_SPAN_MS = 1_000;

export const UNKNOWN_DESTINATION: DestinationState = {
  inFlight: [],
  failures: 0,
  failingSince: null,
  heldUntil: null,
  waitUntil: null,
  lastDown: null,
  window: null,
};

/** Whether the host counts as down: its tasks are held, and one at a time probes it. */
export function isDown({ failures }: Pick<DestinationState, 'failures'>): boolean {
  return failures >= FAILURES_TO_HOLD;
}

/** Whether a call may begin now. One that is admitted counts as under way until it is concluded, or `until`. */
export function admit(
  state: DestinationState,
  {
    jobId,
    now,
    until,
    limits,
  }: { jobId: string; now: Date; until: Date; limits: DestinationLimits },
): Admission {
  const inFlight = state.inFlight.filter((call) => call.until > now && call.jobId !== jobId);
  const wait = (reason: WaitReason, instant: Date): Admission => ({
    admitted: false,
    reason,
    until: instant,
  });
  if (state.waitUntil !== null && state.waitUntil > now) return wait('asked', state.waitUntil);
  if (isDown(state)) {
    if (state.heldUntil !== null && state.heldUntil > now) return wait('down', state.heldUntil);
    if (inFlight.length > 0) return wait('down', after(now, PROBE_MS));
  }
  if (inFlight.length >= limits.concurrency) return wait('busy', after(now, RATE_SPAN_MS));
  const isCurrent =
    state.window !== null && now.getTime() - state.window.startedAt.getTime() < RATE_SPAN_MS;
  const window = isCurrent && state.window !== null ? state.window : { startedAt: now, used: 0 };
  if (window.used >= limits.ratePerSecond)
    return wait('busy', after(window.startedAt, RATE_SPAN_MS));
  return {
    admitted: true,
    state: {
      ...state,
      inFlight: [...inFlight, { jobId, until }],
      window: { ...window, used: window.used + 1 },
    },
  };
}

/** How a call ended, as far as it tells of its host. */
export interface Conclusion {
  jobId: string;
  startedAt: Date;
  now: Date;
  /** `unknown`: it was ended before it could tell. */
  host: 'well' | 'failed' | 'unknown';
  /** The host asked that nobody calls before this instant. */
  waitUntil: Date | null;
}

/** The state after a call has ended. */
export function conclude(state: DestinationState, call: Conclusion): DestinationState {
  const { jobId, startedAt, now, host } = call;
  const inFlight = state.inFlight.filter((other) => other.jobId !== jobId);
  const waitUntil = latest(state.waitUntil, call.waitUntil);
  if (host === 'unknown') return { ...state, inFlight, waitUntil };
  if (host === 'well') {
    const from = state.failingSince;
    return {
      ...state,
      inFlight,
      waitUntil,
      failures: 0,
      failingSince: null,
      heldUntil: null,
      lastDown: isDown(state) && from !== null ? { from, to: now } : state.lastDown,
    };
  }
  // What was under way when the host was found to be down says nothing new.
  const isStale =
    isDown(state) &&
    state.heldUntil !== null &&
    startedAt < state.heldUntil &&
    state.heldUntil > now;
  const failures = isStale ? state.failures : state.failures + 1;
  const failingSince = state.failingSince ?? startedAt;
  const held = Math.min(
    LONGEST_HOLD_MS,
    FIRST_HOLD_MS * 2 ** Math.min(failures - FAILURES_TO_HOLD, 10),
  );
  const heldUntil = isDown({ failures }) && !isStale ? after(now, held) : state.heldUntil;
  return { ...state, inFlight, waitUntil, failures, failingSince, heldUntil };
}

/**
 * Whether a failed attempt counts: not if its host was at fault and was, or is, down at that time. Such a
 * task is held, and has its attempts when the host is back.
 */
export function isSpent(
  attempt: { hostFailure: boolean; finishedAt: Date },
  state: DestinationState,
): boolean {
  if (!attempt.hostFailure) return true;
  const { lastDown, failingSince } = state;
  const at = attempt.finishedAt;
  if (isDown(state) && failingSince !== null && at >= failingSince) return false;
  return lastDown === null || at < lastDown.from || at > lastDown.to;
}

function after(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}

function latest(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}
