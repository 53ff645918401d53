import { join } from 'node:path';
import { startService } from '../../scripts/services/children.mjs';
import { freePort } from '../../scripts/services/ports.mjs';
import { findToxiproxy, toxiproxyProcess } from '../../scripts/services/toxiproxy.mjs';
import { inTime } from '../../server/config/inTime.ts';
import type { CleanUp } from '../e2e/deployment.ts';

const LET_GO_MS = 5_000;
const LATE = Symbol('late');

/** What Toxiproxy does to the data of one direction: `downstream` is from Redis to its client. */
interface Toxic {
  type: 'latency' | 'reset_peer';
  stream: 'upstream' | 'downstream';
  /** The share of connections, 0 to 1; chosen when the toxic is added. */
  toxicity: number;
  attributes: Readonly<Record<string, number>>;
}

/** The network between the processes and their Redis. */
export interface BentNetwork {
  readonly port: number;
  /** Adds a toxic. @returns what takes it away again. */
  bend(toxic: Toxic): Promise<() => Promise<void>>;
}

/** Puts Toxiproxy before this port. */
export async function bentNetwork(
  upstreamPort: number,
  folder: string,
  cleanUps: CleanUp[],
): Promise<BentNetwork> {
  const program = await findToxiproxy((what) => console.log(what));
  const dir = join(folder, 'toxiproxy');
  const admin = await freePort(20_000 + Math.floor(Math.random() * 4_000));
  const service = toxiproxyProcess({ program, dir, port: admin });
  const running = await startService(service, { logFile: join(dir, 'toxiproxy.log') });
  cleanUps.push(() => running.stop('SIGKILL'));

  async function call(method: string, path: string, body?: unknown): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${admin}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  }
  /**
   * Toxiproxy waits for each connection to let go of the toxic, up to thirty seconds: one whose other end reads nothing
   * any more does so only when it is cut.
   */
  async function remove(proxy: string, toxic: string): Promise<void> {
    const path = `/proxies/${proxy}/toxics/${toxic}`;
    const removed = call('DELETE', path);
    if ((await inTime(removed, LET_GO_MS, LATE)) !== LATE) return;
    for (const enabled of [false, true]) await call('POST', `/proxies/${proxy}`, { enabled });
    await removed;
  }
  // Adding a toxic lets pass at once what another of its proxy holds back: each type has its own.
  const distant = await freePort(admin + 1);
  const port = await freePort(distant + 1);
  await proxy('latency', distant, upstreamPort);
  await proxy('reset_peer', port, distant);

  function proxy(name: Toxic['type'], listen: number, upstream: number): Promise<void> {
    return call('POST', '/proxies', {
      name,
      listen: `127.0.0.1:${listen}`,
      upstream: `127.0.0.1:${upstream}`,
      enabled: true,
    });
  }

  let toxics = 0;
  return {
    port,
    async bend(toxic) {
      toxics += 1;
      const name = `toxic-${toxics}`;
      const toxicsOf = `/proxies/${toxic.type}/toxics`;
      await call('POST', toxicsOf, { name, ...toxic });
      return () => remove(toxic.type, name);
    },
  };
}
