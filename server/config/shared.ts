interface Reading<Value> {
  value: Value;
  /** When it began: the value is as of then. */
  at: number;
  tookMs: number;
}

/** A reading takes at most this part of the time in which it is asked for again and again. */
const PART_OF_TIME = 1 / 20;
/** Nobody waits for one that takes longer than this while an earlier one is hardly too old. */
const SLOW_MS = 100;

/**
 * Answers all who ask with one reading, which is no older than `maxAgeMs`, or than twenty times as long as
 * reading takes: however many ask and however much there is to read, it costs next to nothing. Who asks
 * first waits for the reading, and whoever comes when the last one is far too old; an error is answered to
 * those who wait, and kept for nobody.
 */
export function shared<Value>(
  maxAgeMs: number,
  read: () => Promise<Value>,
  now: () => number = () => performance.now(),
): () => Promise<Value> {
  let last: Reading<Value> | null = null;
  let underWay: Promise<Value> | null = null;

  async function readNow(): Promise<Value> {
    const at = now();
    try {
      const value = await read();
      last = { value, at, tookMs: now() - at };
      return value;
    } finally {
      underWay = null;
    }
  }

  return () => {
    if (last === null) {
      underWay ??= readNow();
      return underWay;
    }
    const age = now() - last.at;
    const mayBe = Math.max(maxAgeMs, last.tookMs / PART_OF_TIME);
    if (age <= mayBe) return Promise.resolve(last.value);
    underWay ??= readNow();
    if (last.tookMs <= SLOW_MS || age > 2 * mayBe) return underWay;
    // An error is for those who wait.
    underWay.catch(() => undefined);
    return Promise.resolve(last.value);
  };
}
