import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

interface Entry {
  /** Null allows each port. */
  port: number | null;
  covers(host: string, address: Address): boolean;
}

/** Which addresses may be called besides public ones. */
export interface Allowance {
  /** @param host as the URL names it @param address the IP address behind it */
  permits(host: string, address: string, port: number): boolean;
}

/**
 * Reads exceptions from the rule that only public addresses may be called: names, IP addresses and
 * networks in CIDR form, with commas between; names and addresses may end in a port (`127.0.0.1:4010`,
 * `[::1]:4010`).
 * @throws Error that names an entry which cannot be read.
 */
export function parseAllowance(text: string): Allowance {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseEntry);
  return {
    permits(host, text, port) {
      const address = unwrapped(text);
      if (address === null) return false;
      return (
        isPublic(address) ||
        entries.some(
          (entry) => (entry.port === null || entry.port === port) && entry.covers(host, address),
        )
      );
    },
  };
}

/** Allows one host at one port, wherever it is, and nothing else: an address that a setting names. */
export function allowOnly(address: string): Allowance {
  const { hostname, port, protocol } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '');
  const only = Number(port || (protocol === 'https:' ? 443 : 80));
  return {
    permits: (called, text, at) => called === host && at === only && unwrapped(text) !== null,
  };
}

function parseEntry(entry: string): Entry {
  if (entry.includes('/')) {
    if (!ipaddr.isValidCIDR(entry)) throw unreadable(entry);
    const network = ipaddr.parseCIDR(entry);
    return {
      port: null,
      covers: (_host, address) =>
        address.kind() === network[0].kind() && (address as ipaddr.IPv4).match(network as never),
    };
  }
  if (isIP(entry) === 6) return ofAddress(entry, null);
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const name = bracketed ?? plain;
  if (name === undefined || Number(port ?? 1) > 65_535) throw unreadable(entry);
  const only = port === undefined ? null : Number(port);
  if (isIP(name) !== 0) return ofAddress(name, only);
  if (bracketed !== undefined || !/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(name)) {
    throw unreadable(entry);
  }
  return { port: only, covers: (host) => host.toLowerCase() === name.toLowerCase() };
}

function ofAddress(text: string, port: number | null): Entry {
  const allowed = ipaddr.process(text).toString();
  return { port, covers: (_host, address) => address.toString() === allowed };
}

function unreadable(entry: string): Error {
  return new Error(
    `"${entry}" is no name, IP address or network such as 10.0.0.0/8; names and addresses may end in a port.`,
  );
}

/** Null for what is no IP address. An IPv4 address that is mapped into IPv6 is that IPv4 address. */
function unwrapped(text: string): Address | null {
  if (isIP(text) === 0 || text.includes('%')) return null;
  return ipaddr.process(text);
}

/**
 * Only what the registries of IANA call global unicast. `::/96` once held IPv4 addresses (RFC 4291,
 * 2.5.5.1, deprecated): `::7f00:1` is 127.0.0.1 to some stacks.
 */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || !address.match(ipaddr.IPv6.parseCIDR('::/96'));
}

/** What the setting EGRESS_ALLOW allows; only public addresses without it. */
export function allowanceOf({ EGRESS_ALLOW }: { EGRESS_ALLOW?: string | undefined }): Allowance {
  return parseAllowance(EGRESS_ALLOW ?? '');
}

/** What is wrong with a list of exceptions, without a word of it; null when nothing is. */
export function allowanceProblem(text: string): string | null {
  try {
    parseAllowance(text);
    return null;
  } catch {
    return 'has an entry that is no name, IP address or network such as 10.0.0.0/8, with commas between';
  }
}
