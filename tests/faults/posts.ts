import { wasClosedIdle } from '../e2e/apiClient.ts';
import type { RunStream } from './acceptedRuns.ts';
import { type Away, awayDuring, metItAway } from './apiAway.ts';

/** What is promised of requests of runs; a row says where it differs. */
export interface PostPromise {
  /** From the fault's end until runs are accepted, and none is refused any more. */
  acceptedWithinS: number;
  /** A refusal, 503, takes no longer. */
  refusedWithinMs: number;
  /** An idle connection may be closed just as a request is sent on it. */
  mayCloseIdle: boolean;
}

export const POST_PROMISE: PostPromise = {
  acceptedWithinS: 5,
  refusedWithinMs: 1_000,
  mayCloseIdle: false,
};

/** Seconds from the fault's end to the first run accepted after it; null if none was. */
export function firstAcceptedS({ answers }: RunStream, faultEndedAt: number): number | null {
  const accepted = answers
    .filter(({ status, endedAt }) => status === 202 && endedAt > faultEndedAt)
    .map(({ endedAt }) => endedAt);
  return accepted.length === 0 ? null : (Math.min(...accepted) - faultEndedAt) / 1_000;
}

/** What was not as promised, in words: every answer is 202 or a quick 503, and none is missing. */
export function postsAmiss(
  stream: RunStream,
  faultEndedAt: number,
  aways: readonly Away[],
  { acceptedWithinS, refusedWithinMs, mayCloseIdle }: PostPromise,
): string[] {
  const amiss: string[] = [];
  const late = faultEndedAt + acceptedWithinS * 1_000;
  const when = (instant: number) => `${((instant - faultEndedAt) / 1_000).toFixed(1)} s`;
  for (const { status, ms, body, ...asked } of stream.answers) {
    if (status === 202) continue;
    const said = JSON.stringify(body);
    const answer = `${status} after ${ms.toFixed(0)} ms, at ${when(asked.endedAt)}: ${said}`;
    if (status !== 503) amiss.push(answer);
    else if (asked.endedAt > late) amiss.push(`${answer}, when runs had to be accepted again`);
    else if (ms >= refusedWithinMs && awayDuring(asked, aways) === undefined) {
      amiss.push(`${answer}, too slow`);
    }
  }
  for (const asked of stream.unanswered) {
    if (metItAway(asked, aways) || (mayCloseIdle && wasClosedIdle(asked))) continue;
    amiss.push(`no answer: ${asked.code}, sent at ${when(asked.sentAt)}`);
  }
  const first = firstAcceptedS(stream, faultEndedAt);
  if (first === null || first > acceptedWithinS) {
    amiss.push(`the first 202 after the fault came at ${first} s`);
  }
  return amiss;
}
