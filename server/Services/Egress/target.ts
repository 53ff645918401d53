import { isIP } from 'node:net';
import type { Allowance } from '../../config/egressAllowance.ts';
import { EgressError } from './egressError.ts';

/**
 * Reads an address that is to be called. `URL` brings all spellings of an IP address (`2130706433`,
 * `0x7f.1`, `[::ffff:127.0.0.1]`) into one form, which is checked here; names are checked when they are
 * resolved.
 * @throws EgressError `ADDRESS_REFUSED` that says what is wrong with it.
 */
export function readTarget(address: string, allowance: Allowance): URL {
  if (!URL.canParse(address)) throw refused('it is no URL such as https://example.com/path');
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refused(
      `its protocol is ${url.protocol.slice(0, 20)} and only http: and https: are called`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('it has a user name or password in it: send them in a header');
  }
  url.hash = '';
  const host = hostOf(url);
  if (isIP(host) !== 0) requirePermitted(host, [host], portOf(url), allowance);
  return url;
}

/** The host without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** The port, the protocol's own where the URL names none. */
export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/**
 * All the addresses of a host must be permitted: of several the system chooses.
 * @throws EgressError `ADDRESS_REFUSED`
 */
export function requirePermitted(
  host: string,
  addresses: readonly string[],
  port: number,
  allowance: Allowance,
): void {
  const forbidden = addresses.find((address) => !allowance.permits(host, address, port));
  if (forbidden === undefined) return;
  throw refused(
    `${host} ${forbidden === host ? 'is' : `resolves to ${forbidden},`} no public address. ` +
      `To allow it, put it into EGRESS_ALLOW`,
  );
}

function refused(why: string): EgressError {
  return new EgressError('ADDRESS_REFUSED', `The address is not called: ${why}.`);
}
