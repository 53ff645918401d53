import type { ErrorRequestHandler } from 'express';
import type { Logger } from '../config/logger.ts';
import type { AppError } from '../errors/AppError.ts';
import { errorBody } from './errorAnswer.ts';
import { type HttpError, toHttpError } from './HttpError.ts';
import { createRefusalLog } from './refusals.ts';

const RETRY_AFTER_SECONDS = 5;

/** Our mistakes with their stack; a dependency that is away once; the client's not at all. */
function reporter(logger: Logger): (error: HttpError) => void {
  const refused = createRefusalLog(logger);
  return (error) => {
    if (error.status === 500) logger.error('A request failed', { error: error.cause ?? error });
    else if (error.status === 503) refused(error.code, error.message, whyOf(error));
  };
}

/** What the dependency said: the code and message are the same whatever it was. */
function whyOf({ cause }: HttpError): unknown {
  return cause instanceof Error ? cause.cause : undefined;
}

/**
 * Answers whatever was thrown as `{error: {code, message, details?, requestId}}`, or in the form of the
 * route that was asked; never a stack.
 * @param whyMongoAway what is known of why MongoDB cannot be used; null for nothing.
 */
export function createErrorHandler(
  logger: Logger,
  whyMongoAway: () => AppError | null = () => null,
): ErrorRequestHandler {
  const report = reporter(logger);

  function httpErrorOf(thrown: unknown): HttpError {
    const error = toHttpError(thrown);
    const why = error.code === 'MONGODB_UNAVAILABLE' ? whyMongoAway() : null;
    return why === null ? error : toHttpError(why);
  }

  // Express knows an error handler by its four parameters.
  return (thrown: unknown, _request, response, _next) => {
    const error = httpErrorOf(thrown);
    report(error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.setHeader('Cache-Control', 'no-store');
    // What is left of such a body is not waited for.
    if (error.status === 413) response.setHeader('Connection', 'close');
    if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    if (error.status === 503) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
    const { details } = error;
    if (error.status === 429 && typeof details?.retryAfterSeconds === 'number') {
      response.setHeader('Retry-After', details.retryAfterSeconds);
    }
    response.status(error.status).json(errorBody(error, response));
  };
}
