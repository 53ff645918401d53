import type { QueryClient } from '@tanstack/react-query';
import { ANSWERS_KEY, SESSION_KEY } from '../api/queries.ts';
import type { LiveEvent } from '../api/shapes.ts';
import { streaming } from './live.ts';
import { createReader } from './readAgain.ts';

const PATH = '/app/live';
/** The name of the lock and of the channel of a browser's tabs. HTTP/1.1 allows it six connections: one stream serves all. */
const NAME = 'hourwork-live';
/** How long to wait before a stream that was refused is tried again. */
const AGAIN_MS = 5_000;

/** What the tab that holds the stream tells the others; `hello` is what a new one asks. */
type Told = LiveEvent | { event: 'open'; open: boolean } | { event: 'hello' };

/**
 * Follows the stream of events until `signal` aborts: what an event tells is shown, or read again. Of several
 * tabs one holds the stream and tells the others; where a browser has no locks (over plain HTTP) each holds one.
 */
export function followStream(queries: QueryClient, signal: AbortSignal): void {
  const reader = createReader(queries, signal);
  const tabs = new BroadcastChannel(NAME);
  let holds = false;

  function hear(told: Told): void {
    if (signal.aborted || told.event === 'hello') return;
    if (told.event !== 'open') {
      reader.readWhatMoved(told);
      return;
    }
    streaming.set(told.open);
    // Events may have been missed, or the API may be away: asking again shows it at once.
    void queries.invalidateQueries({ queryKey: ANSWERS_KEY });
    // EventSource does not say that it was refused because the session has ended.
    if (!told.open) void queries.invalidateQueries({ queryKey: SESSION_KEY });
  }
  function tell(told: Told): void {
    if (signal.aborted) return;
    hear(told);
    tabs.postMessage(told);
  }

  tabs.onmessage = ({ data }: MessageEvent<Told>) => {
    if (data.event !== 'hello') hear(data);
    else if (holds) tabs.postMessage({ event: 'open', open: streaming.get() } satisfies Told);
  };
  signal.addEventListener('abort', () => {
    tabs.close();
    streaming.set(false);
  });
  tabs.postMessage({ event: 'hello' } satisfies Told);

  function hold(): Promise<void> {
    holds = true;
    return holdStream(signal, tell);
  }
  // Absent over plain HTTP, whatever its type says.
  const locks = navigator.locks as LockManager | undefined;
  if (locks === undefined) void hold();
  // It rejects when the signal aborts while another tab holds the stream.
  else locks.request(NAME, { signal }, hold).catch(() => undefined);
}

/** Settles when `signal` aborts. */
function holdStream(signal: AbortSignal, tell: (told: Told) => void): Promise<void> {
  return new Promise((resolve) => {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;

    function open(): void {
      const opened = new EventSource(PATH);
      source = opened;
      opened.onopen = () => tell({ event: 'open', open: true });
      opened.onerror = () => {
        tell({ event: 'open', open: false });
        // A browser tries again by itself what broke off, but not what was refused.
        if (opened.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_MS);
      };
      for (const event of ['counts', 'now', 'changed']) {
        opened.addEventListener(event, ({ data }: MessageEvent<string>) => tell(JSON.parse(data)));
      }
    }
    open();
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      source?.close();
      resolve();
    });
  });
}
