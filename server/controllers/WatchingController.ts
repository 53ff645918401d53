import type {
  NumbersRequest,
  NumbersView,
} from '../Services/BackgroundJobs/numbers/readNumbers.ts';
import type { LiveEvent } from '../Services/BackgroundJobs/watching/live.ts';
import { ok } from './reply.ts';

export interface WatchingDeps {
  live(signal: AbortSignal, lastEventId?: string): AsyncIterable<LiveEvent>;
  numbers(request: NumbersRequest): Promise<NumbersView[]>;
}

/** Watching how all stands, and how it went: each method is one call of a service. */
export function createWatchingController({ live, numbers }: WatchingDeps) {
  return {
    live: (signal: AbortSignal, lastEventId?: string) => ok(live(signal, lastEventId)),
    numbers: async (request: NumbersRequest) => ok({ items: await numbers(request) }),
  };
}

export type WatchingController = ReturnType<typeof createWatchingController>;
