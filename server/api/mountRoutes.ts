import { pipeline } from 'node:stream/promises';
import type { IRouter, RequestHandler, Response } from 'express';
import type { Logger } from '../config/logger.ts';
import { FileAnswer } from '../controllers/reply.ts';
import type { Route } from '../routes/route.ts';
import { recordAction } from '../Services/Audit/audit.ts';
import { actionOf, isAudited } from './audited.ts';
import { cookiesOf, setCookie } from './cookies.ts';
import { answersErrorsAs } from './errorAnswer.ts';
import { sendEvents, whileWanted } from './eventStream.ts';
import { HttpError, toHttpError } from './HttpError.ts';
import type { Authorize } from './middleware/authorize.ts';
import { clientAddress } from './middleware/rateLimits.ts';
import { readRequest } from './middleware/readRequest.ts';
import { requestIdOf } from './middleware/requestContext.ts';
import { sharedText } from './sharedText.ts';
import type { Streams } from './streams.ts';

interface Mounting {
  authorize: Authorize;
  /** Aborts when the process begins to stop: streams of events end then. */
  stop: AbortSignal;
  streams: Streams;
  logger: Logger;
}

/** Guard, then schemas, then the handler; its answer is made from the schema. */
function endpoint(route: Route, { authorize, stop, streams, logger }: Mounting): RequestHandler {
  // Asked or refused: what cannot be written down now stands in the log.
  async function record(asked: Parameters<Route['handle']>[0], outcome: unknown): Promise<void> {
    if (!isAudited(route)) return;
    // It could not be written there either, and the client would wait for that.
    if (outcome instanceof HttpError && outcome.code === 'MONGODB_UNAVAILABLE') return;
    const action = actionOf(route, asked, outcome);
    await recordAction(action).catch((error: unknown) =>
      logger.error('Who did this could not be kept.', { action, error }),
    );
  }

  async function answerOf(asked: Parameters<Route['handle']>[0]) {
    try {
      const reply = await route.handle(asked);
      await record(asked, reply.body);
      return reply;
    } catch (error) {
      await record(asked, toHttpError(error));
      throw error;
    }
  }

  return async (request, response) => {
    // A key may stand in the body: only that guard has to wait for it.
    const inBody = route.guard === 'keyOrAdministrator';
    let account = inBody ? null : await authorize(request, route);
    const parts = await readRequest(route, request, response, async () => {
      if (inBody) account = await authorize(request, route);
    });
    const allowed = () =>
      streams.open(request, whileWanted(response, stop), () => authorize(request, route));

    const asked = {
      ...(parts as Parameters<Route['handle']>[0]),
      account,
      requestId: requestIdOf(response),
      cookies: cookiesOf(request),
      address: clientAddress(request),
      signal: route.events ? allowed() : stop,
    };
    const { status, body, cookies = [] } = await answerOf(asked);
    const schema = route.responses[status];
    if (schema === undefined) throw new Error(`${route.path} has no schema for status ${status}.`);
    for (const cookie of cookies) setCookie(request, response, cookie);
    if (route.events) await sendEvents(response, body as AsyncIterable<unknown>, schema);
    else if (body instanceof FileAnswer) await sendFile(response, body);
    else if (route.media !== undefined) {
      response.status(status).type(route.media).send(schema.parse(body));
    } else if (route.shared && typeof body === 'object' && body !== null) {
      const text = sharedText(body, () => JSON.stringify(schema.parse(body)));
      response.status(status).type('json').send(text);
    } else response.status(status).json(schema.parse(body));
  };
}

/** Streams a file; a client that leaves ends the reading of it. */
async function sendFile(response: Response, { name, media, bytes, content }: FileAnswer) {
  response.type(media).attachment(name).setHeader('Content-Length', bytes);
  await pipeline(content, response).catch((error: unknown) => {
    if (!response.destroyed) throw error;
  });
}

function methodNotAllowed(methods: readonly string[]): RequestHandler {
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (request, response) => {
    response.setHeader('Allow', allowed);
    if (request.method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    throw new HttpError(
      'METHOD_NOT_ALLOWED',
      `${request.method} is not possible here: ${allowed}.`,
    );
  };
}

/** Mounts the table: each route, and 405 with `Allow` for every other method of its path. */
export function mountRoutes(router: IRouter, routes: readonly Route[], mounting: Mounting): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const ofPath = routes.filter((route) => route.path === path);
    const served = router.route(path);
    const form = ofPath[0]?.errorForm;
    if (form !== undefined) served.all(answersErrorsAs(form));
    for (const route of ofPath) served[route.method](endpoint(route, mounting));
    served.all(methodNotAllowed(ofPath.map(({ method }) => method.toUpperCase())));
  }
}
