import { useSyncExternalStore } from 'react';

let paused = false;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the viewer has paused the page, so that nothing moves while they read. */
export function useLive() {
  return { paused: useSyncExternalStore(subscribe, () => paused), pause };
}

function pause(value: boolean): void {
  paused = value;
  for (const listener of listeners) listener();
}
