import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, ask, tell } from '../api/http.ts';
import { ANSWERS_KEY, SESSION_KEY } from '../api/queries.ts';
import type { Session } from '../api/shapes.ts';

/** Who is logged in; null for nobody. */
export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: async ({ signal }) => {
      try {
        return await ask<Session>('/app/auth/session', signal);
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    // Any request learns that the session has ended; this one is for a page that makes no other.
    refetchInterval: 60_000,
    staleTime: 30_000,
  });
}

/** Whether the viewer may change anything: what they may not do is absent from the page. */
export function useMayAct(): boolean {
  return useSession().data?.role === 'admin';
}

/** Logs in; whatever was on the page is asked for anew. */
export function useLogin() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (credentials: { email: string; password: string }) =>
      tell<Session>('/app/auth/session', credentials),
    onSuccess: async (session) => {
      queries.setQueryData<Session | null>(SESSION_KEY, session);
      await queries.invalidateQueries({ queryKey: ANSWERS_KEY });
    },
  });
}

/** Logs out here, or everywhere; nothing of what was shown is kept. */
export function useLogout() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (where: 'here' | 'everywhere') =>
      tell(where === 'here' ? '/app/auth/logout' : '/app/auth/logout-everywhere'),
    onSuccess: () => {
      queries.removeQueries({ queryKey: ANSWERS_KEY });
      queries.setQueryData(SESSION_KEY, null);
    },
  });
}
