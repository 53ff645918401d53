import { createContext, useContext, useSyncExternalStore } from 'react';

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    // No timer has kept the time up to date since the last listener left.
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, 1_000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The moment that what is within shows, in milliseconds; null for the present. */
export const Moment = createContext<number | null>(null);

const never = () => () => undefined;

/** The time in milliseconds, renewed each second: one timer for all that show an age. */
export function useNow(): number {
  const moment = useContext(Moment);
  const ticking = useSyncExternalStore(moment === null ? subscribe : never, () => now);
  return moment ?? ticking;
}
