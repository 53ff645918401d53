import cors from 'cors';
import type { RequestHandler } from 'express';

const PREFLIGHT_KEPT_SECONDS = 600;

/**
 * Lets pages of these origins call the API from a browser (https://fetch.spec.whatwg.org/#http-cors-protocol).
 * Without cookies: who calls is told by the token alone.
 */
export function crossOrigin(origins: readonly string[]): RequestHandler {
  return cors({
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
    exposedHeaders: ['Retry-After', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id'],
    maxAge: PREFLIGHT_KEPT_SECONDS,
  });
}
