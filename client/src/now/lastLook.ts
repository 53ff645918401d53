/** What a browser keeps of the looks at the front page. */
export interface Look {
  /** What was shown last in the visit before this one, by the server's clock; null in the first visit. */
  since: string | null;
  /** As of when that was which this visit shows, by the server's clock. */
  seen: string;
  /** When somebody was there last, in milliseconds of this browser's clock. */
  at: number;
}

/** A visit ends after so long without input. A reload, or another tab, before that continues it. */
const VISIT_GAP_MS = 30 * 60_000;

/** Whether the visit in which a look was kept is over, so that what it showed is what was seen last. */
function isOver({ at }: Look, now: number): boolean {
  // A browser's clock that was set back has not ended a visit.
  return now - at > VISIT_GAP_MS;
}

/** From when on changes are shown: the end of the visit before; null in the first one. */
export function sinceOf(kept: Look | null, now: number): string | null {
  if (kept === null) return null;
  return isOver(kept, now) ? kept.seen : kept.since;
}

/** What is to be kept when somebody looks. @param seen as of when that is which they see. */
export function lookedNow(kept: Look | null, seen: string, now: number): Look {
  return { since: sinceOf(kept, now), seen, at: now };
}

/** What was kept under a key; null for nothing, or what is not of this shape. */
export function parseLook(text: string | null): Look | null {
  try {
    const { since, seen, at } = JSON.parse(text ?? '') as Partial<Record<keyof Look, unknown>>;
    if (!isInstant(seen) || typeof at !== 'number') return null;
    return { since: isInstant(since) ? since : null, seen, at };
  } catch {
    return null;
  }
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
