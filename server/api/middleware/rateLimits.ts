import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { AppError } from '../../errors/AppError.ts';

const WINDOW_MS = 60_000;

/** The client's address; of IPv6 the network of 56 bits, which a single client may have whole. */
export function clientAddress(request: Request): string {
  return ipKeyGenerator(request.ip ?? '');
}

/**
 * A generous bound for every address; probes of health are not counted. Counts in this process's memory:
 * of several processes each allows the limit.
 */
export function generalLimit(requestsPerMinute: number): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: requestsPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: clientAddress,
    skip: (request) => request.path.startsWith('/health/'),
    handler: (_request, _response, next) =>
      next(new AppError('RATE_LIMITED', 'Too many requests from this address: wait a minute.')),
  });
}
