import { z } from 'zod';

/** Where a server listens. */
export interface Endpoint {
  host: string;
  port: number;
}

/** How Redis is set up: one server, a master that sentinels name, or a Cluster. */
export type RedisShape = 'single' | 'sentinel' | 'cluster';

/** The settings that decide the shape. */
interface ShapeSettings {
  REDIS_URL?: string | undefined;
  REDIS_HOST?: string | undefined;
  REDIS_DB: number;
  REDIS_SENTINELS?: readonly Endpoint[] | undefined;
  REDIS_SENTINEL_NAME?: string | undefined;
  REDIS_SENTINEL_PASSWORD?: string | undefined;
  REDIS_CLUSTER_NODES?: readonly Endpoint[] | undefined;
  QUEUE_PREFIX: string;
}

const ENDPOINT = /^(?:\[([\da-f:.]+)\]|([^\s:@/[\]]+))(?::(\d{1,5}))?$/i;
/** Redis Cluster places a key by what stands in its first braces. */
const HASH_TAG = /^[^{]*\{[^}]+\}/;

/** `host:port` with commas between; an IPv6 address stands in brackets. */
export function endpoints(defaultPort: number) {
  return z
    .string()
    .transform((text) => text.split(',').map((each) => endpointOf(each.trim(), defaultPort)))
    .refine((all) => all.every((each) => each !== null), 'host:port with commas between')
    .transform((all) => all.filter((each) => each !== null));
}

/**
 * The address of one server. A database that is no number would be none to ioredis, which then asks
 * for NaN.
 */
export function redisUrl() {
  return z
    .string()
    .regex(/^rediss?:\/\//, 'starts with redis:// or rediss://')
    .refine(
      (url) => !/^rediss?:\/\//.test(url) || URL.canParse(url),
      'is no URL: in a user or a password, special characters are percent-encoded, as %23 for #',
    )
    .refine(
      (url) => !URL.canParse(url) || hasNumberedDatabase(new URL(url)),
      'ends in the number of a database, as redis://host:6379/0, or in none',
    );
}

function hasNumberedDatabase({ pathname, searchParams }: URL): boolean {
  return /^\/?\d*$/.test(pathname) && /^\d*$/.test(searchParams.get('db') ?? '');
}

function endpointOf(text: string, defaultPort: number): Endpoint | null {
  const [, ipv6, name, digits] = ENDPOINT.exec(text) ?? [];
  const host = ipv6 ?? name;
  const port = Number(digits ?? defaultPort);
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port };
}

/** The shape that the settings name; null when none says where Redis is. */
export function redisShape(settings: Omit<ShapeSettings, 'REDIS_DB' | 'QUEUE_PREFIX'>) {
  if (settings.REDIS_CLUSTER_NODES !== undefined) return 'cluster' satisfies RedisShape;
  if (settings.REDIS_SENTINELS !== undefined) return 'sentinel' satisfies RedisShape;
  const single = settings.REDIS_URL ?? settings.REDIS_HOST;
  return single === undefined ? null : ('single' satisfies RedisShape);
}

/** What contradicts itself in these settings: each with the setting to mend. */
export function shapeProblems(settings: ShapeSettings): { setting: string; problem: string }[] {
  const { REDIS_SENTINELS, REDIS_SENTINEL_NAME, REDIS_CLUSTER_NODES } = settings;
  const problems: { setting: string; problem: string }[] = [];
  const tell = (setting: string, problem: string) => problems.push({ setting, problem });

  const places = ['REDIS_URL', 'REDIS_HOST', 'REDIS_SENTINELS', 'REDIS_CLUSTER_NODES'] as const;
  const named = places.filter((place) => settings[place] !== undefined);
  if (named.length > 1 && (REDIS_SENTINELS ?? REDIS_CLUSTER_NODES) !== undefined) {
    tell(named.at(-1) ?? '', `stands beside ${named.slice(0, -1).join(' and ')}: name one of them`);
  }
  if (REDIS_SENTINELS !== undefined && REDIS_SENTINEL_NAME === undefined) {
    tell('REDIS_SENTINEL_NAME', 'the name that the sentinels give to the master is missing');
  }
  if (REDIS_SENTINELS === undefined) {
    for (const setting of ['REDIS_SENTINEL_NAME', 'REDIS_SENTINEL_PASSWORD'] as const) {
      if (settings[setting] !== undefined) tell(setting, 'means nothing without REDIS_SENTINELS');
    }
  }
  if (REDIS_CLUSTER_NODES !== undefined) {
    if (settings.REDIS_DB !== 0) tell('REDIS_DB', 'a Redis Cluster has database 0 only');
    if (!HASH_TAG.test(settings.QUEUE_PREFIX)) {
      tell(
        'QUEUE_PREFIX',
        'needs braces on a Redis Cluster, as {hourwork}: they keep a queue whole',
      );
    }
  }
  return problems;
}
