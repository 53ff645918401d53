import express, { type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import type { Route } from '../../routes/route.ts';
import { BODY_LIMIT_BYTES, refusalAtLimit } from '../bodyLimit.ts';
import { HttpError } from '../HttpError.ts';

const MAX_PROBLEMS = 20;

/** As they came: what is parsed of them cannot be put together again to the byte. */
const bytesOf = new WeakMap<object, Buffer>();
const parseJson = express.json({
  limit: BODY_LIMIT_BYTES,
  verify: (request, _response, bytes) => {
    bytesOf.set(request, bytes);
  },
});
const nothing = z.strictObject({});

type Place = 'params' | 'query' | 'headers' | 'body';

interface Problem {
  in: Place;
  field: string;
  reason: string;
}

/** Runs an Express middleware as a promise, so that it can stand between two steps of ours. */
function runMiddleware(
  middleware: RequestHandler,
  request: Request,
  response: Response,
): Promise<void> {
  return new Promise((resolve, reject) => {
    middleware(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
}

/** The parsed JSON body; `{}` when the client sent none. */
async function readBody(request: Request, response: Response): Promise<unknown> {
  if (request.get('content-length') === '0') return {};
  const type = request.is('json');
  // null for a request without a body, false for a body of another type.
  if (type === null) return {};
  if (type === false) {
    throw new HttpError(
      'UNSUPPORTED_MEDIA_TYPE',
      'The body must be JSON, sent with "Content-Type: application/json".',
    );
  }
  // Not before: whoever waits for it (RFC 9110, 10.1.1) has sent nothing yet, and need not if refused.
  if (request.get('expect') !== undefined) response.writeContinue();
  // The parser itself tells of what is too much only when the client has sent all of it.
  await Promise.race([runMiddleware(parseJson, request, response), refusalAtLimit(request)]);
  // The parser passes over the body of a client that is gone; a request for all is not meant by that.
  if (request.body === undefined) {
    throw new HttpError('VALIDATION_FAILED', 'The client left before its request was read.');
  }
  return request.body;
}

function problemsOf(place: Place, error: z.ZodError): Problem[] {
  return error.issues.flatMap((issue) => {
    const at = issue.path.join('.');
    if (issue.code !== 'unrecognized_keys') {
      return [{ in: place, field: at, reason: issue.message }];
    }
    return issue.keys.map((key) => ({
      in: place,
      field: [at, key.slice(0, 64)].filter(Boolean).join('.'),
      reason: 'is not known here',
    }));
  });
}

/**
 * Parts of a request as the route's schemas make them.
 * @param beforeChecks called when the body has been read, for a guard that looks into it.
 * @throws HttpError `VALIDATION_FAILED` with every field and the reason; 413 and 415 for bodies
 * that cannot be taken.
 */
export async function readRequest(
  route: Route,
  request: Request,
  response: Response,
  beforeChecks?: () => Promise<void>,
) {
  const problems: Problem[] = [];

  function check(place: Place, schema: z.ZodType, value: unknown): unknown {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    problems.push(...problemsOf(place, parsed.error));
    return undefined;
  }

  const body = route.method === 'get' ? {} : await readBody(request, response);
  await beforeChecks?.();
  const parts = {
    params: check('params', route.params ?? nothing, request.params),
    query: check('query', route.query ?? nothing, request.query),
    headers: check('headers', route.headers ?? z.object({}), request.headers),
    body: check('body', route.body ?? nothing, body),
    rawBody: bytesOf.get(request) ?? null,
  };
  if (problems.length === 0) return parts;

  const shown = problems.slice(0, MAX_PROBLEMS);
  const list = shown.map((problem) => `${problem.field || problem.in}: ${problem.reason}`);
  throw new HttpError('VALIDATION_FAILED', `The request cannot be used: ${list.join('; ')}.`, {
    problems: shown,
  });
}
