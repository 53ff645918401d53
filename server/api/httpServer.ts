import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { EnvironmentError } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import { boundLeftovers } from './bodyLimit.ts';
import { errorAnswer } from './errorAnswer.ts';
import { HttpError } from './HttpError.ts';
import { originForm } from './requestTarget.ts';

interface ListenOptions {
  host: string;
  /** 0 for any free one. */
  port: number;
  logger: Pick<Logger, 'info' | 'warn'>;
}

export interface HttpServer {
  /** The port it listens on. */
  port: number;
  /**
   * Takes no new connection, lets the requests in flight end, and cuts those that have not after
   * `deadlineMs`. An idle connection has half a second for one more request, whose answer tells its
   * client to go. Never rejects.
   */
  stop(deadlineMs: number): Promise<void>;
}

/** Longer than a client should ever need to send one request of at most 1 MB. */
const REQUEST_TIMEOUT_MS = 30_000;

/** A request that is on its way when the stop begins must not meet a closed connection. */
const IDLE_GRACE_MS = 500;

function explained(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const where = `${host}:${port}`;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is taken. Stop what listens there, or set PORT in .env to a free port.`,
    EACCES: `Port ${port} needs rights this process does not have. Set PORT in .env to 1024 or above.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Set HOST in .env to one it has, or to 0.0.0.0 for all.`,
  };
  const reason = reasons[error.code ?? ''];
  return reason === undefined
    ? new Error(`Cannot listen on ${where}: ${error.message}`, { cause: error })
    : new EnvironmentError(reason, { cause: error });
}

function refuseTarget(response: ServerResponse): void {
  const { status, code, message } = new HttpError(
    'VALIDATION_FAILED',
    'The target of the request is no address of HTTP.',
  );
  const requestId = randomUUID();
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'X-Request-Id': requestId,
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  response.end(JSON.stringify(errorAnswer.parse({ error: { code, message, requestId } })));
}

/**
 * Serves HTTP.
 * @throws EnvironmentError that says what to change when the address cannot be had.
 */
export async function listen(
  app: RequestListener,
  { host, port, logger }: ListenOptions,
): Promise<HttpServer> {
  const inFlight = new Set<ServerResponse>();
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS });
  // Before the application sees it, which may end the response at once.
  server.on('request', (_request, response: ServerResponse) => {
    inFlight.add(response);
    response.once('close', () => inFlight.delete(response));
    if (!server.listening) response.setHeader('Connection', 'close');
  });
  server.on('request', boundLeftovers);
  server.on('request', (request, response) => {
    const target = originForm(request.url ?? '');
    if (target === null) {
      refuseTarget(response);
      return;
    }
    request.url = target;
    app(request, response);
  });
  // Otherwise Node asks for the body at once, and answers what else is expected by a bare 417.
  for (const expectation of ['checkContinue', 'checkExpectation']) {
    server.on(expectation, (request, response) => server.emit('request', request, response));
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explained(error, host, port)));
    server.listen(port, host, resolve);
  });
  const { port: listening } = server.address() as AddressInfo;
  logger.info(`Listening on http://${host}:${listening}`);

  function stop(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cut = setTimeout(() => {
        logger.warn('Requests still in flight were cut', { requests: inFlight.size });
        server.closeAllConnections();
      }, deadlineMs);
      const closeIdle = setInterval(() => server.closeIdleConnections(), IDLE_GRACE_MS);
      // Not HTTP's own close, which ends idle connections at once.
      NetServer.prototype.close.call(server, () => {
        clearTimeout(cut);
        clearInterval(closeIdle);
        resolve();
      });
      for (const response of inFlight) {
        if (!response.headersSent) response.setHeader('Connection', 'close');
      }
    });
  }

  return { port: listening, stop };
}
