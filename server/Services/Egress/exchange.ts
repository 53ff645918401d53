import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Outgoing } from './redirects.ts';
import type { Stopwatch } from './timings.ts';

/** The answer to one request, without following where it sends. */
export interface Exchanged {
  status: number;
  headers: IncomingHttpHeaders;
  /** As it came, at most so much as is to be kept. */
  body: Buffer;
  /** Bytes of the body that were received. */
  bytes: number;
  /** The body was longer, or without end: the connection was closed at the limit. */
  cut: boolean;
}

interface ExchangeOptions {
  headersTimeoutMs: number;
  maxBytes: number;
  keptBytes: number;
  signal: AbortSignal;
  stopwatch: Stopwatch;
}

/**
 * Sends one request and reads the answer while it comes, up to the limit.
 * @throws what undici throws, or the signal's reason.
 */
export function exchange(
  dispatcher: Dispatcher,
  { url, method, headers, body }: Outgoing,
  { headersTimeoutMs, maxBytes, keptBytes, signal, stopwatch }: ExchangeOptions,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let head: { status: number; headers: IncomingHttpHeaders } | undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    let cut = false;

    const abort = () => {
      // Undici tells nothing of a request that still waits for a connection.
      if (controller === undefined) fail(signal.reason);
      else controller.abort(signal.reason);
    };
    const settled = () => signal.removeEventListener('abort', abort);
    const fail = (error: unknown) => {
      settled();
      reject(error);
    };
    const finish = () => {
      settled();
      if (head === undefined) return reject(new Error('The answer has no head.'));
      resolve({ ...head, body: Buffer.concat(chunks), bytes, cut });
    };

    if (signal.aborted) return fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: method as Dispatcher.HttpMethod,
        headers,
        body,
        headersTimeout: headersTimeoutMs,
        // The call's own limit ends a body that trickles.
        bodyTimeout: 0,
      },
      {
        onRequestStart(started) {
          controller = started;
          if (signal.aborted) started.abort(signal.reason);
          else stopwatch.sent();
        },
        onResponseStart(_controller, status, answered) {
          // 1xx announce, they do not answer.
          if (status < 200) return;
          stopwatch.firstByte();
          head = { status, headers: answered };
        },
        onResponseData(receiving, chunk) {
          if (cut) return;
          const room = Math.min(maxBytes, keptBytes) - bytes;
          // A copy: a part would keep the whole chunk in memory.
          if (room > 0) chunks.push(Buffer.from(chunk.subarray(0, room)));
          bytes += chunk.length;
          if (bytes <= maxBytes) return;
          cut = true;
          finish();
          receiving.abort(new Error('The answer is longer than what is read of it.'));
        },
        onResponseEnd: finish,
        onResponseError: (_controller, error) => fail(error),
      },
    );
  });
}
