import { setTimeout as delay } from 'node:timers/promises';

interface WatchOptions<Value> {
  read: () => Promise<Value>;
  /** The pause between the end of a reading and the next. */
  intervalMs: number;
  /** Whether nothing can follow on this value. */
  isLast?: (value: Value) => boolean;
  /** Whether followers need not be told of `value` after `before`; if both are the same as JSON, when absent. */
  isSame?: (before: Value, value: Value) => boolean;
}

/** Something that is read again and again while anybody follows it: by one reader, for all of them. */
export interface Watch<Value> {
  /**
   * The value as it stands, and again whenever it has changed, until the last one or until `signal` aborts.
   * A slow follower misses values in between, never the newest. Throws what reading throws.
   */
  follow(signal: AbortSignal): AsyncGenerator<Value, void>;
}

/** What those who follow at the same time share. */
interface Session<Value> {
  followers: number;
  /** How often the value has changed; 0 before the first reading. */
  version: number;
  value: Value | undefined;
  /** Set when no value will come any more. */
  ended: { error?: unknown } | null;
  /** Called at each change, and at the end. */
  wake: Set<() => void>;
  /** Ends the pause when the last one has left. */
  left: AbortController;
}

/** Makes a watch; it reads nothing before somebody follows. */
export function createWatch<Value>(options: WatchOptions<Value>): Watch<Value> {
  let current: Session<Value> | null = null;

  function join(): Session<Value> {
    if (current === null || current.ended !== null) {
      current = {
        ...{ followers: 0, version: 0, value: undefined, ended: null },
        ...{ wake: new Set(), left: new AbortController() },
      };
      void readOn(current, options);
    }
    current.followers += 1;
    return current;
  }

  function leave(session: Session<Value>): void {
    session.followers -= 1;
    if (session.followers > 0) return;
    session.left.abort();
    if (current === session) current = null;
  }

  return {
    async *follow(signal) {
      const session = join();
      try {
        let seen = 0;
        while (!signal.aborted) {
          if (session.version > seen) {
            seen = session.version;
            yield session.value as Value;
          } else if (session.ended !== null) {
            if ('error' in session.ended) throw session.ended.error;
            return;
          } else {
            await newsOf(session, signal);
          }
        }
      } finally {
        leave(session);
      }
    },
  };
}

/** Never rejects: the followers hear what went wrong. */
async function readOn<Value>(
  session: Session<Value>,
  { read, intervalMs, isLast = () => false, isSame = isSameJson }: WatchOptions<Value>,
): Promise<void> {
  const { signal } = session.left;
  try {
    while (!signal.aborted) {
      const value = await read();
      if (session.version === 0 || !isSame(session.value as Value, value)) {
        session.value = value;
        session.version += 1;
        wakeAll(session);
      }
      if (isLast(value)) break;
      // Aborted while it waits, it ends.
      await delay(intervalMs, undefined, { signal }).catch(() => undefined);
    }
    session.ended = {};
  } catch (error) {
    session.ended = { error };
  }
  wakeAll(session);
}

function isSameJson(before: unknown, value: unknown): boolean {
  return JSON.stringify(before) === JSON.stringify(value);
}

function wakeAll({ wake }: Session<unknown>): void {
  for (const each of wake) each();
}

/** Settles at the next change, at the end, or when `signal` aborts. */
function newsOf({ wake }: Session<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      wake.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    wake.add(done);
    signal.addEventListener('abort', done);
  });
}
