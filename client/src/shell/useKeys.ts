import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { useLive } from './live.ts';
import { PAGES } from './pages.ts';

/** How long `g` waits for the letter of a page. */
const SEQUENCE_MS = 1_500;
/** The field that `/` goes to, once the page of jobs is there. */
export const SEARCH_ID = 'job-search';

/** The keys of the whole page; none while somebody writes, or a dialog is open. */
export function useKeys(openHelp: () => void): void {
  const [, goTo] = useLocation();
  const { paused, pause } = useLive();
  useEffect(() => {
    let began = Number.NEGATIVE_INFINITY;
    function onKey(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      if (document.querySelector('[role="dialog"]') !== null) return;
      const page = PAGES.find(({ key }) => key === event.key);
      if (page !== undefined && event.timeStamp - began < SEQUENCE_MS) goTo(page.path);
      else if (event.key === '?') openHelp();
      else if (event.key === '/') search(goTo);
      else if (event.key === 'p') pause(!paused);
      else {
        began = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
        return;
      }
      began = Number.NEGATIVE_INFINITY;
      event.preventDefault();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [goTo, openHelp, pause, paused]);
}

function search(goTo: (path: string) => void): void {
  const field = document.getElementById(SEARCH_ID);
  // The field of a page that is about to be shown takes the focus itself.
  if (field === null) goTo('/jobs?focus=search');
  else field.focus();
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select') !== null;
}
