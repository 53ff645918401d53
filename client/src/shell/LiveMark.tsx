import { ActionIcon, Group, Text } from '@mantine/core';
import { type Query, type QueryCache, useQueryClient } from '@tanstack/react-query';
import { Pause, Play } from 'lucide-react';
import { useCallback, useRef, useSyncExternalStore } from 'react';
import { ApiError } from '../api/http.ts';
import { ANSWERS_KEY } from '../api/queries.ts';
import { clockTime } from '../parts/clock.ts';
import { Status } from '../parts/Status.tsx';
import { words } from '../words/words.ts';
import { useLive } from './live.ts';

interface Liveness {
  /** Why something that is shown could not be read again; null while all of it is fresh. */
  error: ApiError | null;
  /** When the oldest of what is shown was read. */
  asOf: string | null;
}

/** How fresh what stands on the page is. */
function useLiveness(): Liveness {
  const cache = useQueryClient().getQueryCache();
  const last = useRef<Liveness>({ error: null, asOf: null });
  const subscribe = useCallback((changed: () => void) => cache.subscribe(changed), [cache]);
  return useSyncExternalStore(subscribe, () => {
    const next = livenessOf(cache);
    const { error, asOf } = last.current;
    if (next.error !== error || next.asOf !== asOf) last.current = next;
    return last.current;
  });
}

function livenessOf(cache: QueryCache): Liveness {
  const shown = cache.findAll({ queryKey: ANSWERS_KEY, type: 'active' });
  const stale = shown.filter(isAway);
  const times = (stale.length > 0 ? stale : shown)
    .map(({ state }) => state.dataUpdatedAt)
    .filter((time) => time > 0);
  const error = stale.find(({ state }) => state.error instanceof ApiError)?.state.error;
  return {
    error: error instanceof ApiError ? error : null,
    // Rounded to the second, as it is shown, so that it changes once a second at most.
    asOf:
      times.length === 0
        ? null
        : new Date(Math.floor(Math.min(...times) / 1_000) * 1_000).toISOString(),
  };
}

/** Whether the API gave no answer, or said that a dependency is away; a refusal of one request does not count. */
function isAway({ state }: Query): boolean {
  if (!(state.error instanceof ApiError)) return false;
  return state.error.status === 0 || state.error.status >= 502 || state.error.status === 429;
}

/** Whether the page is live, and the button that holds it still. */
export function LiveMark() {
  const { paused, pause } = useLive();
  const { error, asOf } = useLiveness();
  const label = paused ? words.live.resume : words.live.pause;
  const state = paused ? words.live.paused : error === null ? words.live.live : words.live.away;
  return (
    <Group gap={6} wrap="nowrap">
      <Text size="sm" component="div" role="status">
        <Status tone={paused ? 'idle' : error === null ? 'good' : 'bad'}>{state}</Status>
      </Text>
      {(paused || error !== null) && asOf !== null && (
        <Text size="sm" c="dimmed" visibleFrom="sm">
          {words.live.asOf(clockTime(asOf))}
        </Text>
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        c="var(--mantine-color-text)"
        aria-label={label}
        title={label}
        onClick={() => pause(!paused)}
      >
        {paused ? <Play size={16} aria-hidden /> : <Pause size={16} aria-hidden />}
      </ActionIcon>
    </Group>
  );
}

/** Says above the page that it is not live, and why. */
export function LiveBanner() {
  const { paused } = useLive();
  const { error, asOf } = useLiveness();
  const age = asOf === null ? '' : ` (${words.live.asOf(clockTime(asOf))})`;
  if (error !== null) {
    const why = error.code === 'MONGODB_UNAVAILABLE' ? words.live.mongo : error.message;
    return (
      <div className="banner" role="alert">
        {(why === '' ? words.live.noAnswer : why) + age}
      </div>
    );
  }
  return paused ? <div className="banner">{words.live.pausedText + age}</div> : null;
}
