import { useSyncExternalStore } from 'react';

const SHOWN_MS = 6_000;

let said: { text: string } | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function tellAll(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Says a sentence at the edge of the page for some seconds, and to screen readers. */
export function say(text: string): void {
  clearTimeout(timer);
  said = { text };
  timer = setTimeout(() => {
    said = null;
    tellAll();
  }, SHOWN_MS);
  tellAll();
}

/** What was said last; null when that is over. */
export function useSaid() {
  return useSyncExternalStore(subscribe, () => said);
}
