import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type LocalServer, startLocalServer } from '../integration/localServer.ts';

/** What a host does to its callers, and how a task that calls it ends. */
export interface Vice {
  readonly host: string;
  /** How many of all tasks. */
  readonly tasks: number;
  /** `completed`, or the code that a task fails with. */
  readonly ends: string;
  /** The statuses of its attempts, unless a worker was killed in between; null without an answer. */
  readonly statuses: readonly (number | null)[];
  readonly protocol?: 'https';
  answer(call: Call): void;
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  /** How often this task has called, this time included. */
  times: number;
  /** The address that must not be reached. */
  hidden: string;
}

const well = (name: string, tasks: number, status: number, attempts = 1): [string, Vice] => [
  name,
  {
    ...{ host: 'well', tasks, ends: status === 200 ? 'completed' : `HTTP_${status}` },
    statuses: Array.from({ length: attempts }, () => status),
    answer: ({ response }) => response.writeHead(status).end(name),
  },
];

/** 2,000 tasks in all. Each has one retry. */
export const VICES: ReadonlyMap<string, Vice> = new Map<string, Vice>([
  well('fine', 900, 200),
  well('missing', 120, 404),
  well('error', 120, 500, 2),
  [
    'private',
    {
      ...{ host: 'well', tasks: 120, ends: 'ADDRESS_REFUSED', statuses: [null] },
      answer: ({ response, hidden }) => response.writeHead(302, { location: hidden }).end(),
    },
  ],
  [
    'reset',
    {
      ...{ host: 'well', tasks: 200, ends: 'completed', statuses: [null, 200] },
      answer({ request, response, times }) {
        if (times > 1) response.end('now');
        else request.socket.resetAndDestroy();
      },
    },
  ],
  [
    'date',
    {
      ...{ host: 'busy', tasks: 200, ends: 'completed', statuses: [429, 200] },
      answer({ response, times }) {
        if (times > 1) return response.end('now');
        const at = new Date(Date.now() + 2_000).toUTCString();
        response.writeHead(429, { 'retry-after': at }).end();
      },
    },
  ],
  [
    'slow',
    {
      ...{ host: 'slow', tasks: 200, ends: 'completed', statuses: [200] },
      answer: ({ response }) => setTimeout(() => response.end('slow'), 2_000),
    },
  ],
  [
    'slowest',
    {
      ...{ host: 'slowest', tasks: 10, ends: 'completed', statuses: [200] },
      answer: ({ response }) => setTimeout(() => response.end('slowest'), 89_000),
    },
  ],
  [
    'endless',
    {
      ...{ host: 'endless', tasks: 40, ends: 'completed', statuses: [200] },
      answer({ response }) {
        const more = () => {
          while (response.write(PART));
        };
        response.on('drain', more);
        more();
      },
    },
  ],
  [
    'wrongTls',
    {
      ...{ host: 'noTls', tasks: 90, ends: 'TLS_FAILED', statuses: [null, null] },
      protocol: 'https',
      answer: ({ response }) => response.end('plain'),
    },
  ],
]);

const PART = 'x'.repeat(65_536);

/** The hosts of all vices on this machine, and one that must not be reached. */
export interface TargetOfVices {
  /** What EGRESS_ALLOW has to name. */
  readonly hosts: string;
  urlOf(vice: string, number: number): string;
  /** How often a task has called, by its idempotency key. */
  readonly calls: ReadonlyMap<string, number>;
  /** How often what must not be reached was. */
  reachedHidden(): number;
  stop(): Promise<void>;
}

export async function startTargetOfVices(): Promise<TargetOfVices> {
  const servers: LocalServer[] = [];
  async function serve(answer: RequestListener): Promise<string> {
    const server = await startLocalServer(answer);
    servers.push(server);
    return `127.0.0.1:${server.port}`;
  }

  let reached = 0;
  const hidden = await serve((_request, response) => {
    reached += 1;
    response.end();
  });
  const calls = new Map<string, number>();
  const hosts = new Map<string, string>();
  for (const { host } of VICES.values()) {
    if (hosts.has(host)) continue;
    const address = await serve((request, response) => {
      const key = String(request.headers['idempotency-key']);
      const times = (calls.get(key) ?? 0) + 1;
      calls.set(key, times);
      const [, vice = ''] = request.url?.split('/') ?? [];
      VICES.get(vice)?.answer({ request, response, times, hidden: `http://${hidden}/` });
    });
    hosts.set(host, address);
  }

  return {
    hosts: [...hosts.values()].join(','),
    urlOf(vice, number) {
      const { protocol = 'http', host = '' } = VICES.get(vice) ?? {};
      return `${protocol}://${hosts.get(host)}/${vice}/${number}`;
    },
    calls,
    reachedHidden: () => reached,
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
