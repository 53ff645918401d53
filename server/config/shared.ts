interface Reading<Value> {
  value: Value;
  tookMs: number;
}

interface SharedOptions<Value> {
  /** How old a reading may be that is answered; 0 for none but one under way. */
  maxAgeMs: (last: Reading<Value>) => number;
  /** How old one may be that is answered while a slow reading is under way; twice `maxAgeMs` if absent. */
  maxStaleMs?: (last: Reading<Value>) => number;
  /** Milliseconds that no setting of a clock moves. */
  now?: () => number;
}

/** Nobody waits for a reading that takes longer than this while an earlier one is hardly too old. */
const SLOW_MS = 100;

/** Twenty times as long as the reading took: so at most a twentieth of the time is spent on reading. */
export function byItsCost({ tookMs }: { tookMs: number }): number {
  return 20 * tookMs;
}

export interface SharedReading<Value> {
  (): Promise<Value>;
  /** Drops what was read, known to be out of date: the next caller waits for a reading begun after this. */
  forget(): void;
}

/**
 * Answers all who ask at the same time with one reading, and those who ask soon after with it too. The first
 * to ask waits for it, as do those who come when the last one is far too old; an error is answered to those
 * who wait, and is not kept.
 */
export function shared<Value>(
  read: () => Promise<Value>,
  {
    maxAgeMs,
    maxStaleMs = (reading) => 2 * maxAgeMs(reading),
    now = () => performance.now(),
  }: SharedOptions<Value>,
): SharedReading<Value> {
  let last: (Reading<Value> & { at: number }) | null = null;
  let underWay: Promise<Value> | null = null;

  let generation = 0;

  async function readNow(): Promise<Value> {
    const at = now();
    const begunIn = generation;
    try {
      const value = await read();
      if (begunIn === generation) last = { value, at, tookMs: now() - at };
      return value;
    } finally {
      if (begunIn === generation) underWay = null;
    }
  }

  function ask(): Promise<Value> {
    const age = last === null ? Infinity : now() - last.at;
    const allowed = last === null ? 0 : maxAgeMs(last);
    if (last !== null && allowed > 0 && age <= allowed) return Promise.resolve(last.value);
    underWay ??= readNow();
    if (last === null || last.tookMs <= SLOW_MS || age > maxStaleMs(last)) return underWay;
    // An error is for those who wait.
    underWay.catch(() => undefined);
    return Promise.resolve(last.value);
  }

  return Object.assign(ask, {
    forget() {
      generation += 1;
      last = null;
      underWay = null;
    },
  });
}
