import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { currentLogContext, withLogContext } from '../../config/logContext.ts';
import type { Logger } from '../../config/logger.ts';

const REQUEST_ID = 'x-request-id';
const SANE_ID = /^[\w-]{1,64}$/;

/** The id of the request that `response` answers. */
export function requestIdOf(response: Response): string {
  return String(response.getHeader(REQUEST_ID));
}

/**
 * Gives each request an id (the client's own, if it is sane) that is answered and stands in every
 * line logged underneath; and logs the request itself when it has ended.
 */
export function createRequestContext(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const given = request.get(REQUEST_ID);
    const requestId = given !== undefined && SANE_ID.test(given) ? given : randomUUID();
    response.setHeader(REQUEST_ID, requestId);

    const started = performance.now();
    withLogContext({ requestId }, () => {
      const surrounding = currentLogContext();
      response.once('close', () => {
        logger.info('Request', {
          ...surrounding,
          method: request.method,
          // Without the query: it may hold what nobody should read here.
          path: request.path,
          status: response.statusCode,
          aborted: response.writableFinished ? undefined : true,
          durationMs: Math.round(performance.now() - started),
        });
      });
      next();
    });
  };
}
