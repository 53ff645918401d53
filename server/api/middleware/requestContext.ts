import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { currentLogContext, withLogContext } from '../../config/logContext.ts';
import type { Logger } from '../../config/logger.ts';

const REQUEST_ID = 'x-request-id';
const PATH_SHOWN = 256;
const SANE_ID = /^[\w-]{1,64}$/;

/** The id of the request that `response` answers. */
export function requestIdOf(response: Response): string {
  return String(response.getHeader(REQUEST_ID));
}

/** The path of a request, cut where it is longer than any that there is. */
export function shownPath({ path }: Request): string {
  return path.length <= PATH_SHOWN ? path : `${path.slice(0, PATH_SHOWN)}…`;
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
          path: shownPath(request),
          status: response.statusCode,
          aborted: response.writableFinished ? undefined : true,
          durationMs: Math.round(performance.now() - started),
        });
      });
      next();
    });
  };
}
