import type { RequestHandler } from 'express';

/** Begins the paths whose key may stand in the query. */
const KEYED = /^\/api\/cron-manager\b/i;

/**
 * Takes `apiKey` out of the address before anything can log it. Of a GET it becomes the header
 * `x-api-key`; other requests carry it in a header or in their body, and lose it here.
 */
export const takeKeyFromUrl: RequestHandler = (request, _response, next) => {
  const at = request.url.indexOf('?');
  if (at === -1 || !KEYED.test(request.url)) return next();
  const query = new URLSearchParams(request.url.slice(at + 1));
  const key = query.get('apiKey');
  if (key === null) return next();
  query.delete('apiKey');
  const rest = query.toString();
  request.url = request.url.slice(0, at) + (rest === '' ? '' : `?${rest}`);
  request.originalUrl = request.url;
  if (request.method === 'GET' || request.method === 'HEAD') request.headers['x-api-key'] ??= key;
  next();
};
