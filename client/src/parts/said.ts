import { share } from './shared.ts';

const SHOWN_MS = 6_000;

const said = share<{ text: string } | null>(() => null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says a sentence at the edge of the page for some seconds, and to screen readers. */
export function say(text: string): void {
  clearTimeout(timer);
  said.set({ text });
  timer = setTimeout(() => said.set(null), SHOWN_MS);
}

/** What was said last; null when that is over. */
export const useSaid = said.useValue;
