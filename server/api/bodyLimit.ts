import type { RequestListener } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { HttpError } from './HttpError.ts';

/** The most a body may have; 10,000 user ids fit into it. */
export const BODY_LIMIT_BYTES = 1_048_576;

/** Refuses a body by the length it announces, on every route and before a byte of it is read. */
export const refuseLargeBodies: RequestHandler = (request, _response, next) => {
  if (Number(request.get('content-length') ?? 0) > BODY_LIMIT_BYTES) {
    throw tooLarge();
  }
  next();
};

/** Rejects as soon as more has come than a body may have; settles in no other way. */
export function refusalAtLimit(request: Request): Promise<never> {
  return new Promise((_resolve, reject) => {
    let received = 0;
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > BODY_LIMIT_BYTES) reject(tooLarge());
    });
  });
}

function tooLarge(): HttpError {
  return new HttpError('PAYLOAD_TOO_LARGE', 'The body is larger than 1 MB.');
}

/** What is left of a body of 1 MB is here by then, on any network that could send it at all. */
const LEFTOVERS_MS = 1_000;

/**
 * Node reads and drops what is left of a body once its request is answered, for as long as it comes.
 * This ends the connection if it still does a second later, as one without a length that never ends.
 */
export const boundLeftovers: RequestListener = (request, response) => {
  response.once('finish', () => {
    if (request.complete) return;
    const cut = setTimeout(() => request.socket.destroy(), LEFTOVERS_MS).unref();
    request.once('close', () => clearTimeout(cut));
    request.once('end', () => clearTimeout(cut));
  });
};
