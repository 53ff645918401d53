import { allowOnly } from '../../config/egressAllowance.ts';
import { createEgressClient, type EgressRequest } from './egressClient.ts';

/** Calls the address of one setting, or what is below it. */
export type CallConfigured = (
  request: Omit<EgressRequest, 'maxBytes' | 'maxRedirects'>,
) => Promise<ConfiguredAnswer>;

export interface ConfiguredAnswer {
  status: number;
  /** A success (2xx). */
  ok: boolean;
  /** The beginning of the answer. */
  body: Buffer;
}

const READ_BYTES = 65_536;

/**
 * The way to an address that whoever runs this installation has set: it may be private, as it needs no
 * guard against itself, but nothing else is called. Redirects are not followed: what is sent there,
 * such as a token, is for that address alone.
 * @throws EgressError from each call without an answer.
 */
export function openConfigured(address: string): CallConfigured {
  const client = createEgressClient({ allowance: allowOnly(address) });
  return async (request) => {
    const { status, body } = await client.request({
      ...request,
      ...{ maxBytes: READ_BYTES, maxRedirects: 0 },
    });
    return { status, ok: status >= 200 && status < 300, body };
  };
}
