import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { AppError } from '../../errors/AppError.ts';

const WINDOW_MS = 60_000;

/** The client's address; of IPv6 the network of 56 bits, which a single client may have whole. */
export function clientAddress(request: Request): string {
  return ipKeyGenerator(request.ip ?? '');
}

const PROBES = new Set(['/health/live', '/health/ready']);

/**
 * A generous bound for every address. Probes of health have one of their own, as large, so that no other
 * traffic makes a process seem dead. Counted in this process's memory: of several each allows the limit.
 */
export function generalLimits(requestsPerMinute: number): RequestHandler[] {
  const limit = (skip: (request: Request) => boolean) =>
    rateLimit({
      windowMs: WINDOW_MS,
      limit: requestsPerMinute,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      keyGenerator: clientAddress,
      skip,
      handler: (_request, _response, next) =>
        next(new AppError('RATE_LIMITED', 'Too many requests from this address: wait a minute.')),
    });
  return [limit(({ path }) => PROBES.has(path)), limit(({ path }) => !PROBES.has(path))];
}
