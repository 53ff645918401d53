import { describe, expect, it } from 'vitest';
import {
  admit,
  conclude,
  type DestinationState,
  isDown,
  isSpent,
  UNKNOWN_DESTINATION,
} from './destinationState.ts';

const T0 = Date.parse('2026-11-27T12:00:00Z');
const at = (seconds: number) => new Date(T0 + seconds * 1_000);
const limits = { concurrency: 2, ratePerSecond: 3 };

function begin(state: DestinationState, jobId: string, seconds: number): DestinationState {
  const answer = admit(state, { jobId, now: at(seconds), until: at(seconds + 100), limits });
  if (!answer.admitted) throw new Error(`${jobId} has to wait: ${answer.reason}`);
  return answer.state;
}

const waits = (state: DestinationState, seconds: number) => {
  const answer = admit(state, { jobId: 'new', now: at(seconds), until: at(seconds + 100), limits });
  return answer.admitted ? null : { reason: answer.reason, until: answer.until };
};

function end(
  state: DestinationState,
  jobId: string,
  seconds: number,
  host: 'well' | 'failed' | 'unknown',
  waitUntil: Date | null = null,
): DestinationState {
  return conclude(state, { jobId, startedAt: at(seconds - 1), now: at(seconds), host, waitUntil });
}

/** A host that failed five times in a row, at the seconds 1 to 5. */
function down(): DestinationState {
  let state = UNKNOWN_DESTINATION;
  for (const second of [1, 2, 3, 4, 5]) {
    state = end(begin(state, `j${second}`, second - 1), `j${second}`, second, 'failed');
  }
  return state;
}

describe('a destination', () => {
  it('bears so many calls at once, and those of dead workers no longer than they may last', () => {
    const state = begin(begin(UNKNOWN_DESTINATION, 'a', 0), 'b', 1);
    expect(waits(state, 2)).toEqual({ reason: 'busy', until: at(3) });
    expect(waits(end(state, 'a', 2, 'well'), 2)).toBeNull();
    expect(waits(state, 100.5)).toBeNull();
  });

  it('takes a job again that was interrupted', () => {
    const state = begin(begin(UNKNOWN_DESTINATION, 'a', 0), 'b', 1);
    expect(begin(state, 'a', 2).inFlight.map(({ jobId }) => jobId)).toEqual(['b', 'a']);
  });

  it('bears so many begun calls in a second', () => {
    let state = UNKNOWN_DESTINATION;
    for (const job of ['a', 'b', 'c']) state = end(begin(state, job, 0), job, 0.1, 'well');
    expect(waits(state, 0.5)).toEqual({ reason: 'busy', until: at(1) });
    expect(waits(state, 1)).toBeNull();
  });

  it('is left alone until the time that it asked for', () => {
    const state = end(begin(UNKNOWN_DESTINATION, 'a', 0), 'a', 1, 'well', at(60));
    expect(waits(state, 2)).toEqual({ reason: 'asked', until: at(60) });
    expect(end(state, 'b', 3, 'well', at(30)).waitUntil).toEqual(at(60));
    expect(waits(state, 61)).toBeNull();
  });

  it('counts as down after five failures in a row, not with a success between', () => {
    expect(isDown(down())).toBe(true);
    const state = end(begin(UNKNOWN_DESTINATION, 'a', 0), 'a', 1, 'failed');
    expect(end(begin(state, 'b', 1), 'b', 2, 'well').failures).toBe(0);
  });

  it('is probed one at a time once its hold is over, held longer when that fails, and recovers', () => {
    const state = down();
    expect(waits(state, 6)).toEqual({ reason: 'down', until: at(7) });
    const probed = begin(state, 'probe', 7);
    expect(waits(probed, 7.5)).toMatchObject({ reason: 'down' });
    const again = end(probed, 'probe', 8, 'failed');
    expect(waits(again, 9)).toEqual({ reason: 'down', until: at(12) });
    const well = end(begin(again, 'probe', 12), 'probe', 13, 'well');
    expect(isDown(well)).toBe(false);
    expect(waits(well, 14)).toBeNull();
  });

  it('is held no longer by what was under way when it went down', () => {
    const state = down();
    expect(end(state, 'straggler', 6, 'failed').heldUntil).toEqual(state.heldUntil);
  });

  it('is told nothing by a call that was ended from outside', () => {
    const state = begin(UNKNOWN_DESTINATION, 'a', 0);
    expect(end(state, 'a', 1, 'unknown')).toEqual({ ...state, inFlight: [] });
  });
});

describe('an attempt', () => {
  const failed = (seconds: number, hostFailure = true) => ({
    hostFailure,
    finishedAt: at(seconds),
  });

  it('is spent when its host was well otherwise', () => {
    expect(isSpent(failed(3), UNKNOWN_DESTINATION)).toBe(true);
    expect(isSpent(failed(-100), down())).toBe(true);
  });

  it('is not spent when its host was down, and is spent when the call itself failed', () => {
    expect(isSpent(failed(1), down())).toBe(false);
    expect(isSpent(failed(3, false), down())).toBe(true);
    const back = end(begin(down(), 'probe', 7), 'probe', 8, 'well');
    expect(isSpent(failed(5), back)).toBe(false);
    expect(isSpent(failed(9), back)).toBe(true);
  });
});
