import type { Request } from 'express';
import { shared } from '../config/shared.ts';
import { AppError } from '../errors/AppError.ts';
import { whileAllowed } from './eventStream.ts';

/** Those who hold the same token ask as one whether they may still see what they see. */
const CHECK_AGE_MS = 1_000;
/** For no longer does a stream outlive the right to see it, be there few sessions or many. */
const CHECKED_MS = { least: 2_000, most: 10_000 } as const;
const CHECKS_A_SECOND = 5;

/** The streams of events that this process serves. */
export interface Streams {
  /**
   * Counts one until `wanted` aborts.
   * @param check whether the caller may still see it.
   * @returns what also aborts when the caller no longer may.
   * @throws AppError `TOO_MANY_STREAMS`
   */
  open(request: Request, wanted: AbortSignal, check: () => Promise<unknown>): AbortSignal;
}

/** Keeps at most `max` streams open at the same time. */
export function createStreams(max: number): Streams {
  const checks = new Map<string, { ask: () => Promise<unknown>; streams: number }>();
  let open = 0;

  function join(key: string, check: () => Promise<unknown>) {
    const joined = checks.get(key) ?? {
      ask: shared(check, { maxAgeMs: () => CHECK_AGE_MS }),
      streams: 0,
    };
    joined.streams += 1;
    checks.set(key, joined);
    return joined;
  }

  return {
    open({ method, path, headers }, wanted, check) {
      if (open >= max) {
        throw new AppError(
          'TOO_MANY_STREAMS',
          `This process serves ${max} streams of events already: end one, ask again in a moment, or raise MAX_EVENT_STREAMS.`,
        );
      }
      if (wanted.aborted) return wanted;
      const key = [method, path, headers.authorization, headers.cookie].join(' ');
      const joined = join(key, check);
      open += 1;
      wanted.addEventListener(
        'abort',
        () => {
          open -= 1;
          joined.streams -= 1;
          if (joined.streams === 0) checks.delete(key);
        },
        { once: true },
      );
      return whileAllowed(wanted, joined.ask, () => pauseOf(checks.size));
    },
  };
}

/** How long each of so many sessions waits between its checks, in milliseconds. */
export function pauseOf(sessions: number): number {
  const { least, most } = CHECKED_MS;
  return Math.min(most, Math.max(least, (1_000 * sessions) / CHECKS_A_SECOND));
}
