import { useEffect, useRef, useState } from 'react';
import { useSession } from '../session/session.ts';
import { type Look, lookedNow, parseLook, sinceOf } from './lastLook.ts';

/** What shows that somebody is there; a page that is merely open, as on a wall, is not looked at. */
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'focus'] as const;
const NOTED_EACH_MS = 5_000;

/** The looks at the front page, as this browser keeps them for the account that is logged in. */
export interface LastLook {
  key: string;
  /** Changes after this are news; null on the first visit. */
  since: string | null;
  setSince(since: string | null): void;
}

/** When somebody looked last: docs/adr/0069-last-looked-is-the-browsers.md. */
export function useLastLook(): LastLook {
  const key = `hourwork-looked-${useSession().data?.email}`;
  const [since, setSince] = useState(() => sinceOf(read(key), Date.now()));
  return { key, since, setSince };
}

/** Keeps that somebody looks, as often as they show it. @param shown as of when that is which they see. */
export function useNotedLooks({ key, setSince }: LastLook, shown: string | undefined): void {
  const latest = useRef(shown);
  useEffect(() => {
    latest.current = shown;
  }, [shown]);
  const isShown = shown !== undefined;
  useEffect(() => {
    if (!isShown) return;
    let notedAt = 0;
    function note() {
      const now = Date.now();
      if (Math.abs(now - notedAt) < NOTED_EACH_MS) return;
      if (document.hidden || latest.current === undefined) return;
      notedAt = now;
      setSince(keep(key, lookedNow(read(key), latest.current, now)).since);
    }
    const follow = (event: StorageEvent) => {
      if (event.key === key) setSince(sinceOf(read(key), Date.now()));
    };
    note();
    for (const sign of SIGNS) window.addEventListener(sign, note, { passive: true });
    document.addEventListener('visibilitychange', note);
    window.addEventListener('storage', follow);
    return () => {
      for (const sign of SIGNS) window.removeEventListener(sign, note);
      document.removeEventListener('visibilitychange', note);
      window.removeEventListener('storage', follow);
    };
  }, [key, setSince, isShown]);
}

/** All up to this instant has been seen. */
export function markSeen({ key, setSince }: LastLook, asOf: string): void {
  setSince(keep(key, { since: asOf, seen: asOf, at: Date.now() }).since);
}

function read(key: string): Look | null {
  return parseLook(localStorage.getItem(key));
}

function keep(key: string, look: Look): Look {
  localStorage.setItem(key, JSON.stringify(look));
  return look;
}
