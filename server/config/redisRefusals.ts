import type { RedisSettings } from './queueRedisConn.ts';

/** The settings that say the same in each shape of Redis. */
interface Names {
  login: string;
  database: string;
  tls: string;
}

/** What a refused connection says, and what that means in terms of the settings. */
const REFUSALS: readonly [pattern: RegExp, sentence: (names: Names) => string][] = [
  [
    /sentinels are unreachable.*(NOAUTH|WRONGPASS|invalid password)/i,
    () => 'The sentinels refuse the login: set REDIS_SENTINEL_PASSWORD to their own password.',
  ],
  [
    /No such master|sentinel .* got an invalid reply: null/,
    () => 'The sentinels know no master of the name that REDIS_SENTINEL_NAME gives.',
  ],
  [
    /WRONGPASS|invalid password/,
    ({ login }) => `Redis refuses the user or the password: mend ${login}.`,
  ],
  [/NOAUTH/, ({ login }) => `Redis wants a password: name it in ${login}.`],
  [
    /DB index is out of range|invalid DB index/,
    ({ database }) =>
      `Redis does not have the database whose number ${database} names: most have 0 to 15, a Cluster 0 only.`,
  ],
  [
    /NOPERM.*'select'/,
    ({ database }) =>
      `The user may not choose a database: name 0 in ${database}, or let it by +select.`,
  ],
  [
    /NOPERM.*'(cluster|hello|auth)/,
    ({ login }) => `The user of ${login} may not open a connection: grant +@connection +cluster.`,
  ],
  [
    /wrong version number|packet length too long|record layer|EPROTO/i,
    ({ tls }) => `${tls} asks for TLS, but the server does not speak it on this port.`,
  ],
  [
    /self[- ]signed certificate|unable to (?:verify|get)|certificate has expired|altnames/i,
    ({ tls }) =>
      `${tls} asks for TLS, but the server’s certificate is not trusted here: NODE_EXTRA_CA_CERTS names the file of its authority.`,
  ],
  [
    /cluster support disabled/,
    () => 'REDIS_CLUSTER_NODES names a server that is no Cluster: name it in REDIS_URL.',
  ],
];

/** What ioredis says of a server that hangs up on a greeting: it may expect another protocol. */
export const HUNG_UP = 'The server closed the connection before it answered';

/**
 * Which setting to mend, in a sentence, when Redis refuses connections for a reason that time alone
 * does not mend; null for all else.
 * @param reason in Redis' or the network's own words
 */
export function refusalOf(reason: string, settings: RedisSettings): string | null {
  const names = namesIn(settings);
  if (reason === HUNG_UP) return hungUp(names, settings);
  // Where no TLS is spoken its greeting may go unanswered.
  if (/ETIMEDOUT/.test(reason) && speaksTls(settings)) {
    return `${names.tls} asks for TLS, and nothing answers to that: is it spoken on this port?`;
  }
  const found = REFUSALS.find(([pattern]) => pattern.test(reason));
  return found === undefined ? null : found[1](names);
}

function hungUp({ tls }: Names, settings: RedisSettings): string | null {
  return speaksTls(settings)
    ? null
    : `The server hangs up at once. If it speaks TLS, say so in ${tls}.`;
}

function namesIn({ REDIS_URL, REDIS_SENTINELS, REDIS_CLUSTER_NODES }: RedisSettings): Names {
  if (REDIS_URL !== undefined && (REDIS_SENTINELS ?? REDIS_CLUSTER_NODES) === undefined) {
    return {
      login: 'REDIS_URL',
      database: 'REDIS_URL',
      tls: 'REDIS_URL (redis:// or, with TLS, rediss://)',
    };
  }
  return { login: 'REDIS_USERNAME and REDIS_PASSWORD', database: 'REDIS_DB', tls: 'REDIS_TLS' };
}

function speaksTls({ REDIS_URL, REDIS_TLS }: RedisSettings): boolean {
  return REDIS_TLS || (REDIS_URL?.startsWith('rediss:') ?? false);
}
