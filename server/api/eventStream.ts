import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Response } from 'express';
import { z } from 'zod';
import { AppError } from '../errors/AppError.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { sharedText } from './sharedText.ts';

const REFUSALS: ReadonlySet<ErrorCode> = new Set(['UNAUTHENTICATED', 'FORBIDDEN']);
/** Proxies close a connection that is silent for a minute or so. */
const SIGN_OF_LIFE_MS = 15_000;

/**
 * Answers with server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html),
 * one for each value, until there are no more; HEAD has the headers alone. A value with an `event` and an
 * `id` is sent under that name, with that id. One that many streams send is checked and written once.
 * For a client that reads slowly the next value waits.
 * @throws what the values' source throws: before the first value it can still be answered as usual.
 */
export async function sendEvents(
  response: Response,
  values: AsyncIterable<unknown>,
  shape: z.ZodType,
): Promise<void> {
  const source = values[Symbol.asyncIterator]();
  let next = await source.next();
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    // nginx would gather them otherwise.
    'X-Accel-Buffering': 'no',
  });
  if (response.req.method === 'HEAD') {
    response.end();
    await source.return?.();
    return;
  }
  const signOfLife = setInterval(() => response.write(':\n\n'), SIGN_OF_LIFE_MS);
  try {
    for (; next.done !== true; next = await source.next()) {
      if (!response.write(textOf(next.value, shape))) await drained(response);
    }
  } finally {
    clearInterval(signOfLife);
    response.end();
  }
}

function textOf(value: unknown, shape: z.ZodType): string {
  const write = () => eventText(shape.parse(value));
  return typeof value === 'object' && value !== null ? sharedText(value, write) : write();
}

const named = z.object({ event: z.string(), id: z.string() });

function eventText(value: unknown): string {
  const { success, data } = named.safeParse(value);
  const head = success ? `event: ${data.event}\nid: ${data.id}\n` : '';
  return `${head}data: ${JSON.stringify(value)}\n\n`;
}

/** Settles when there is room again, or nobody reads any more. */
async function drained(response: Response): Promise<void> {
  if (response.destroyed) return;
  const left = new AbortController();
  await Promise.race(
    ['drain', 'close'].map((event) => once(response, event, { signal: left.signal })),
  ).finally(() => left.abort());
}

/** Aborts when the client of `response` is gone, or `stop` aborts. */
export function whileWanted(response: Response, stop: AbortSignal): AbortSignal {
  const unwanted = new AbortController();
  const abort = () => unwanted.abort();
  // The client may have left while it was asked who it is.
  if (stop.aborted || response.destroyed) abort();
  if (unwanted.signal.aborted) return unwanted.signal;
  stop.addEventListener('abort', abort, { once: true });
  response.once('close', () => {
    // The process lives longer than the response.
    stop.removeEventListener('abort', abort);
    abort();
  });
  return unwanted.signal;
}

/**
 * Aborts with `wanted`, and when `check` says that the caller may no longer see this: the token has
 * expired, say, or the account was disabled. That it cannot be asked at the moment ends nothing.
 * @param pauseMs how long to wait before each check.
 */
export function whileAllowed(
  wanted: AbortSignal,
  check: () => Promise<unknown>,
  pauseMs: () => number,
): AbortSignal {
  const refused = new AbortController();
  const signal = AbortSignal.any([wanted, refused.signal]);
  async function watch(): Promise<void> {
    while (!signal.aborted) {
      // Aborted while it waits, it ends.
      await delay(pauseMs(), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await check().catch(endIfRefused);
    }
  }
  function endIfRefused(error: unknown): void {
    if (error instanceof AppError && REFUSALS.has(error.code)) refused.abort();
  }
  void watch();
  return signal;
}
