import { AsyncLocalStorage } from 'node:async_hooks';
import { lookup as resolveByDns } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { TLSSocket } from 'node:tls';
import { LRUCache } from 'lru-cache';
import { Agent, buildConnector, Pool } from 'undici';
import type { Allowance } from '../../config/egressAllowance.ts';
import { packageVersion } from '../../config/packageVersion.ts';
import { asEgressError, EgressError } from './egressError.ts';
import { type Exchanged, exchange } from './exchange.ts';
import { isRedirect, type Outgoing, redirected } from './redirects.ts';
import { portOf, readTarget, requirePermitted } from './target.ts';
import { Stopwatch, type Timings } from './timings.ts';

/** A call out into the world. */
export interface EgressRequest {
  url: string;
  /** GET by default. */
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | null;
  /** Until the head of the answer; the call's own limit by default. */
  headersTimeoutMs?: number;
  /** For all of it, redirects too. */
  timeoutMs: number;
  /** How much of the answer's body is read. */
  maxBytes: number;
  /** How many redirects are followed, 3 by default; with 0 a redirect is the answer. */
  maxRedirects?: number;
  /** How much of what is read is kept and answered; all of it by default. */
  keptBytes?: number;
  signal?: AbortSignal;
}

export interface EgressAnswer extends Exchanged {
  /** Where it came from, after redirects. */
  url: string;
  redirects: number;
  timings: Timings;
  /** Until when the certificate of the last host is valid; null for plain HTTP. */
  certificateValidTo: Date | null;
}

/** The one way out to the world. */
export interface EgressClient {
  /**
   * Calls an address. Only public addresses, or what is allowed by setting; names are resolved once and
   * the connection goes to what was checked; each redirect is checked in the same way.
   * @throws EgressError with what was measured; or the signal's reason.
   */
  request(request: EgressRequest): Promise<EgressAnswer>;
  close(): Promise<void>;
}

interface EgressClientOptions {
  allowance: Allowance;
  userAgent?: string;
  connectTimeoutMs?: number;
  /** Open connections to one origin, at most. */
  connectionsPerOrigin?: number;
  /** All addresses of a name. */
  resolve?: (host: string) => Promise<readonly { address: string; family: number }[]>;
  /** Certificate authorities besides the system's. */
  ca?: string;
}

const MAX_REDIRECTS = 3;
const KEPT_ALIVE_MS = 4_000;
const MOST_KEPT_ALIVE_MS = 30_000;
const CERTIFICATES_REMEMBERED = 1_000;

/** Makes a client with connections of its own, which `close` ends. */
export function createEgressClient({
  allowance,
  userAgent = `hourwork/${packageVersion()}`,
  connectTimeoutMs = 10_000,
  connectionsPerOrigin = 50,
  resolve = (host) => resolveByDns(host, { all: true }),
  ca,
}: EgressClientOptions): EgressClient {
  const watches = new AsyncLocalStorage<Stopwatch>();
  const certificates = new LRUCache<string, Date>({ max: CERTIFICATES_REMEMBERED });

  /** Resolves and checks in one: the socket goes to the addresses that were looked at. */
  function pinnedLookup(port: number): LookupFunction {
    return (host, options, callback) => {
      resolve(host).then(
        (found) => {
          try {
            if (found.length === 0) throw new EgressError('DNS_FAILED', `${host} has no address.`);
            requirePermitted(
              host,
              found.map(({ address }) => address),
              port,
              allowance,
            );
          } catch (error) {
            return callback(error as Error, [], 0);
          }
          if (options.all) return callback(null, [...found]);
          const [first] = found;
          callback(null, first?.address ?? '', first?.family);
        },
        (error: Error) => callback(error, [], 0),
      );
    };
  }

  function connectorTo(origin: URL): buildConnector.connector {
    const port = portOf(origin);
    const connect = buildConnector({
      timeout: connectTimeoutMs,
      lookup: pinnedLookup(port),
      autoSelectFamily: true,
      ...(ca === undefined ? {} : { ca }),
    });
    return (options, callback) => {
      const began = performance.now();
      const watch = watches.getStore();
      connect(options, (...[error, socket]) => {
        watch?.connected(performance.now() - began);
        if (error !== null) return callback(error, null);
        if (socket instanceof TLSSocket) {
          certificates.set(origin.origin, new Date(socket.getPeerCertificate().valid_to));
        }
        callback(null, socket);
      });
    };
  }

  const agent = new Agent({
    connections: connectionsPerOrigin,
    pipelining: 1,
    keepAliveTimeout: KEPT_ALIVE_MS,
    keepAliveMaxTimeout: MOST_KEPT_ALIVE_MS,
    factory: (origin, options) =>
      new Pool(origin, { ...options, connect: connectorTo(new URL(origin)) }),
  });

  function outgoing({ url, method = 'GET', headers = {}, body = null }: EgressRequest): Outgoing {
    const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    return {
      url: readTarget(url, allowance),
      method,
      headers: {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': userAgent,
        ...Object.fromEntries(given),
      },
      body,
    };
  }

  async function follow(request: EgressRequest, stopwatch: Stopwatch, signal: AbortSignal) {
    const { timeoutMs, headersTimeoutMs = timeoutMs, maxBytes, keptBytes = maxBytes } = request;
    const { maxRedirects = MAX_REDIRECTS } = request;
    let next = outgoing(request);
    for (let redirects = 0; ; redirects += 1) {
      const { host, origin } = next.url;
      stopwatch.hop();
      const options = { headersTimeoutMs, maxBytes, keptBytes, signal, stopwatch };
      const answer = await watches
        .run(stopwatch, () => exchange(agent, next, options))
        .catch((error: unknown) => {
          throw signal.aborted ? signal.reason : asEgressError(error, host);
        });
      const { location } = answer.headers;
      if (maxRedirects === 0 || !isRedirect(answer.status, location)) {
        const certificateValidTo = certificates.get(origin) ?? null;
        return { ...answer, url: next.url.href, redirects, certificateValidTo };
      }
      if (redirects === maxRedirects) {
        throw new EgressError(
          'TOO_MANY_REDIRECTS',
          `${host} redirects again, after ${maxRedirects} redirects.`,
        );
      }
      const to = URL.canParse(location, next.url.href)
        ? new URL(location, next.url).href
        : location;
      next = redirected(next, answer.status, readTarget(to, allowance));
    }
  }

  return {
    async request(request) {
      const stopwatch = new Stopwatch();
      const limit = new AbortController();
      const timer = setTimeout(() => {
        limit.abort(
          new EgressError('TIMEOUT', `The call took longer than ${request.timeoutMs / 1_000} s.`),
        );
      }, request.timeoutMs);
      const signals = request.signal ? [limit.signal, request.signal] : [limit.signal];
      try {
        const answer = await follow(request, stopwatch, AbortSignal.any(signals));
        return { ...answer, timings: stopwatch.read() };
      } catch (error) {
        if (error instanceof EgressError) error.timings = stopwatch.read();
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => agent.destroy(),
  };
}
