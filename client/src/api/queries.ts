import {
  MutationCache,
  QueryCache,
  QueryClient,
  type UseQueryResult,
  useQuery,
} from '@tanstack/react-query';
import { streaming, useLive } from '../shell/live.ts';
import { ApiError, ask } from './http.ts';

export const SESSION_KEY = ['session'] as const;
/** The first part of the key of each answer that a page shows. */
export const ANSWERS_KEY = ['answer'] as const;
/** The overview, which the stream of events tells too. */
export const NOW_PATH = '/app/now';

/** The client's cache. An answer of 401 ends the session; what was shown stays for after the login. */
export function createQueries(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => endSession(client, error) }),
    mutationCache: new MutationCache({ onError: (error) => endSession(client, error) }),
    defaultOptions: {
      // The next look is the retry: what fails is seen at once, with the age of what is shown.
      queries: { retry: false, refetchOnWindowFocus: true, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}

function endSession(client: QueryClient, error: unknown): void {
  if (error instanceof ApiError && error.status === 401) client.setQueryData(SESSION_KEY, null);
}

/** How often a view looks again, in milliseconds. */
export const EACH = {
  second: 1_000,
  few: 3_000,
  slow: 15_000,
  minute: 60_000,
  once: Infinity,
} as const;

/** What the API answers to `path`, asked again as time goes on, or when it is told that it changed. */
export function useAnswer<Answer>(path: string, everyMs: number): UseQueryResult<Answer> {
  const { paused } = useLive();
  const interval = streaming.useValue() ? Math.max(everyMs, EACH.slow) : everyMs;
  return useQuery<Answer>({
    queryKey: [...ANSWERS_KEY, path],
    queryFn: ({ signal }) => ask<Answer>(path, signal),
    meta: { everyMs },
    refetchInterval: paused ? false : interval,
    // One page of a list stays until the next is there: no jump. Another path is about something else.
    placeholderData: (before, query) =>
      withoutQuery(query?.queryKey[1]) === withoutQuery(path) ? before : undefined,
  });
}

function withoutQuery(path: unknown): string | undefined {
  return String(path).split('?')[0];
}
