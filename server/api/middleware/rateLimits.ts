import type { Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { AppError } from '../../errors/AppError.ts';

const WINDOW_MS = 60_000;

interface Limit {
  perMinute: number;
  message: string;
  /** What is counted; the client's address if absent. */
  countedBy?: (request: Request) => string;
  skip?: (request: Request) => boolean;
  onlyFailures?: boolean;
}

/** Counts in this process's memory: of several processes each allows the limit. */
function limit({
  perMinute,
  message,
  countedBy,
  skip,
  onlyFailures = false,
}: Limit): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skipSuccessfulRequests: onlyFailures,
    ...(countedBy && { keyGenerator: countedBy }),
    ...(skip && { skip }),
    handler: (_request, _response, next) => next(new AppError('RATE_LIMITED', message)),
  });
}

const PROBES = new Set(['/health/live', '/health/ready']);

/**
 * A generous bound for every address. Probes of health have one of their own, as large, so that no other
 * traffic makes a process seem dead.
 */
export function generalLimits(requestsPerMinute: number): RequestHandler[] {
  const common = {
    perMinute: requestsPerMinute,
    message: 'Too many requests from this address: wait a minute.',
  };
  return [
    limit({ ...common, skip: ({ path }) => PROBES.has(path) }),
    limit({ ...common, skip: ({ path }) => !PROBES.has(path) }),
  ];
}

/** Failed logins, for each address and for each e-mail, whatever address it is tried from. */
export function loginLimits(attemptsPerMinute: number): RequestHandler[] {
  const common = {
    perMinute: attemptsPerMinute,
    message: 'Too many failed logins: wait a minute.',
    onlyFailures: true,
  };
  return [
    limit(common),
    limit({ ...common, countedBy: (request) => request.body.email.trim().toLowerCase() }),
  ];
}
