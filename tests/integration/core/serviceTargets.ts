import type { IncomingHttpHeaders } from 'node:http';
import { afterAll } from 'vitest';
import { startLocalServer } from '../localServer.ts';

/** What a status page answers. */
export const page = {
  status: { indicator: 'none', description: 'All Systems Operational' },
  components: [
    { name: 'api.example.com', status: 'operational' },
    { name: 'Mail', status: 'operational' },
  ],
  incidents: [],
};

/** The services, with their vices by path. */
const seen: { path: string; headers: IncomingHttpHeaders }[] = [];
let served: object = page;
/** What the status page answers from now on. */
export function serve(answer: object): void {
  served = answer;
}
let atOnce = 0;
/** How many calls were answered at one time, at most. */
export let mostAtOnce = 0;
export const target = await startLocalServer((request, response) => {
  atOnce += 1;
  mostAtOnce = Math.max(mostAtOnce, atOnce);
  response.once('close', () => {
    atOnce -= 1;
  });
  const path = request.url ?? '';
  seen.push({ path, headers: request.headers });
  const [, what = '', value = ''] = path.split('/');
  const times = callsOf(path).length;
  if (what === 'page') response.end(JSON.stringify(served));
  else if (what === 'status') response.writeHead(Number(value)).end(`status ${value}`);
  else if (what === 'twice') {
    if (times <= 2) response.writeHead(503).end();
    else response.end('{"ok":true}');
  } else if (what === 'redirect')
    response.writeHead(302, { location: decodeURIComponent(value) }).end();
  else if (what === 'huge') response.end('x'.repeat(2 * 1024 * 1024));
  else if (what === 'reset') request.socket.resetAndDestroy();
  else if (what === 'late') setTimeout(() => response.end('{"ok":true}'), 300);
  else if (what === 'echo') response.end(JSON.stringify({ key: request.headers['x-api-key'] }));
  else if (what === 'json') response.end('{"ok":true}');
  else response.end('<html>');
});
/** What is told of changes, as Slack and as a receiver of signed webhooks would have it. */
export const told: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];
export const receiver = await startLocalServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { url: path = '', headers } = request;
    told.push({ path, headers, body: Buffer.concat(chunks).toString() });
    // The first of each is refused, to be tried again.
    const first = told.filter((each) => each.path === path).length === 1;
    response.writeHead(first ? 503 : 200).end();
  });
});
/** The calls of a host of its own, which limits. */
export const limited: number[] = [];
export const limiting = await startLocalServer((_request, response) => {
  limited.push(Date.now());
  if (limited.length === 1) response.writeHead(429, { 'retry-after': '2' }).end();
  else response.end('{"ok":true}');
});
/** How often a host was reached that no service may reach. */
export let reachedHidden = 0;
export const hidden = await startLocalServer((_request, response) => {
  reachedHidden += 1;
  response.end('{"ok":true}');
});
/** The calls of a path. */
export const callsOf = (path: string) => seen.filter((call) => call.path === path);

afterAll(() => Promise.all([target, receiver, limiting, hidden].map((server) => server.stop())));
