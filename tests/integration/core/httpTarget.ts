import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { startLocalServer } from '../localServer.ts';

/** A call as it came. */
interface Call {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What HTTP tasks call: a server with its vices by path, and another that must not be reached. */
export interface HttpTarget {
  readonly port: number;
  readonly url: string;
  callsOf(path: string): Call[];
  /** What must not be reached, and how often it was. */
  readonly hidden: { readonly port: number; reached(): number };
  stop(): Promise<void>;
}

/** Starts both. */
export async function startHttpTarget(): Promise<HttpTarget> {
  let reached = 0;
  const hidden = await startLocalServer((_request, response) => {
    reached += 1;
    response.end('must not be seen');
  });
  const calls: Call[] = [];
  const callsOf = (path: string) => calls.filter((call) => call.path === path);

  const answer: RequestListener = async (request, response) => {
    const body = await text(request);
    const path = request.url ?? '';
    calls.push({ path, headers: request.headers, body });
    const [, what = '', value = ''] = path.split('/');
    switch (what) {
      case 'status':
        return response.writeHead(Number(value)).end(`status ${value}`);
      case 'once':
        if (callsOf(path).length > 1) return response.end('now');
        return response.writeHead(Number(value), { 'retry-after': '1' }).end('not yet');
      case 'redirect':
        return response.writeHead(302, { location: `${hidden.url}/secret` }).end();
      case 'secret':
        return response.end('{"token":"abcdefghijkl","fine":"shown"}');
      case 'endless': {
        const more = () => {
          while (response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        return more();
      }
      case 'reset':
        return request.socket.resetAndDestroy();
      case 'slow':
        return;
      default:
        return response.end('fine');
    }
  };
  const target = await startLocalServer(answer);
  return {
    port: target.port,
    url: target.url,
    callsOf,
    hidden: { port: hidden.port, reached: () => reached },
    async stop() {
      await Promise.all([target.stop(), hidden.stop()]);
    },
  };
}
