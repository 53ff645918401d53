import { setTimeout as wait } from 'node:timers/promises';

/** Requests that are made at a steady pace, whatever happens, and the ledger of what was accepted. */
export interface SteadyRequests<Accepted> {
  readonly accepted: readonly Accepted[];
  /** Keys under which more than one thing was accepted. */
  readonly doubledKeys: readonly string[];
  /** Makes no new requests; settles when every request made was accepted. */
  stop(): Promise<void>;
}

interface Asking<Request extends { readonly key: string }, Accepted> {
  intervalMs: number;
  /** One in so many requests is sent again though it was accepted. */
  repeatEvery: number;
  next(): Request;
  /** @returns the id of what was accepted; null when it was refused or had no answer. */
  send(request: Request): Promise<string | null>;
  acceptedOf(request: Request, id: string): Accepted;
}

/**
 * Starts asking. A request that was refused or had no answer is repeated with its key, as a careful
 * client does, until it is accepted; an accepted one is now and then repeated too, and must be the same.
 */
export function requestSteadily<Request extends { readonly key: string }, Accepted>(
  asking: Asking<Request, Accepted>,
): SteadyRequests<Accepted> {
  const accepted: Accepted[] = [];
  const doubledKeys: string[] = [];
  const byKey = new Map<string, string>();
  let refused: Request | undefined;
  let stopped = false;

  /** @returns whether it was accepted. */
  async function send(request: Request): Promise<boolean> {
    const id = await asking.send(request);
    if (id === null) return false;
    const before = byKey.get(request.key);
    if (before === undefined) {
      byKey.set(request.key, id);
      accepted.push(asking.acceptedOf(request, id));
    } else if (before !== id) doubledKeys.push(request.key);
    return true;
  }

  async function stream(): Promise<void> {
    let sent = 0;
    while (!stopped || refused !== undefined) {
      const began = Date.now();
      const request = refused ?? asking.next();
      refused = (await send(request)) ? undefined : request;
      sent += 1;
      if (refused === undefined && sent % asking.repeatEvery === 0) await send(request);
      await wait(Math.max(0, asking.intervalMs - (Date.now() - began)));
    }
  }
  const streaming = stream();

  return {
    accepted,
    doubledKeys,
    async stop() {
      stopped = true;
      await streaming;
    },
  };
}
