import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';

type Fields = Readonly<Record<string, unknown>>;
type Signer = (signed: string) => string;

/** What a token of ours says, as its parts were read. */
export interface Genuine {
  token: string;
  header: Fields;
  claims: Fields;
}

const HOUR_S = 3_600;
const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Fields;
const unsigned: Signer = () => '';
const garbage: Signer = () => Buffer.alloc(32, 7).toString('base64url');

/** Signs by HMAC with this key, which may be anything that an attacker might know or guess. */
export function byHmac(key: string, hash = 'sha256'): Signer {
  return (signed) => createHmac(hash, key).update(signed).digest('base64url');
}

/** A token put together by hand. */
export function tokenOf(header: unknown, claims: unknown, sign: Signer): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${sign(signed)}`;
}

export function read(token: string): Genuine {
  const [header = '', claims = ''] = token.split('.');
  return { token, header: decode(header), claims: decode(claims) };
}

/** Tokens by attackers who do not have the secret. */
export function withoutSecret({ token, header, claims }: Genuine): Record<string, string> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const jwk = publicKey.export({ format: 'jwk' });
  const byRsa: Signer = (signed) =>
    createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url');
  const [head = '', body = '', signature = ''] = token.split('.');
  const algorithms = ['none', 'None', 'NONE', 'nOnE', 'none ', '', null, ['HS256'], 'HS1', 'dir'];
  const keys = ['', 'secret', 'null', 'undefined', '0', pem, head, 'your-256-bit-secret', '\0'];
  return {
    ...named('no signature, algorithm', algorithms, (alg) =>
      tokenOf({ ...header, alg }, claims, unsigned),
    ),
    ...named('a made-up signature, algorithm', [...algorithms, 'HS256'], (alg) =>
      tokenOf({ ...header, alg }, claims, garbage),
    ),
    ...named('the old signature, algorithm', algorithms, (alg) =>
      tokenOf({ ...header, alg }, claims, () => signature),
    ),
    ...named('signed with the key', keys, (key) => tokenOf(header, claims, byHmac(key))),
    'RS256 by a key of their own': tokenOf({ ...header, alg: 'RS256' }, claims, byRsa),
    'RS256 by a key of their own in the head': tokenOf(
      { ...header, alg: 'RS256', jwk, kid: 'own' },
      claims,
      byRsa,
    ),
    'HS256 by a key within the head': tokenOf(
      { ...header, jwk: { kty: 'oct', k: 'AA' } },
      claims,
      byHmac('\0'),
    ),
    ...named(
      'a key to be found at',
      ['../../../../dev/null', "x' UNION SELECT 'a", '/etc/hostname', { $ne: null }, '__proto__'],
      (kid) => tokenOf({ ...header, kid }, claims, byHmac('')),
    ),
    ...named('a key to be fetched by', ['jku', 'x5u'], (name) =>
      tokenOf({ ...header, [name]: 'http://127.0.0.1:1/keys' }, claims, byHmac('')),
    ),
    'of another day under the old signature': `${head}.${encode({ ...claims, iat: 1 })}.${signature}`,
    'a longer life under the old signature': `${head}.${encode({ ...claims, exp: 9_999_999_999 })}.${signature}`,
    ...named('cut to', [0, 1, head.length, head.length + 1, token.length - 1], (length) =>
      token.slice(0, length),
    ),
    'without its first letter': token.slice(1),
    'without its signature': `${head}.${body}`,
    'with an empty signature': `${head}.${body}.`,
    'without claims': `${head}..${signature}`,
    'without a head': `.${body}.${signature}`,
    'of four parts': `${token}.${signature}`,
    'of five parts, as if encrypted': `${token}.${signature}.${signature}`,
    'of dots': '..',
    'twice in one': `${token}${token}`,
    'padded as ordinary base64': `${token}=`,
    'the last bits changed, which decode to the same': `${token.slice(0, -1)}${neighbour(token)}`,
    'a bit changed': `${head}.${body}.${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`,
    'in capitals': token.toUpperCase(),
    'percent-encoded': token.replaceAll('.', '%2e'),
    'no JSON within': `${Buffer.from('{').toString('base64url')}.${body}.${signature}`,
    'an array for a head': tokenOf([], claims, garbage),
    'null for claims': tokenOf(header, null, garbage),
    'deep claims': `${head}.${Buffer.from('['.repeat(2_000)).toString('base64url')}.${signature}`,
    'very long': tokenOf(header, { ...claims, filler: 'x'.repeat(9_000) }, garbage),
    'other letters': 'ünïcödé.🗝.\u202e',
    'a prototype': '__proto__',
    'an object': '[object Object]',
  };
}

/** The last letter of a signature of 32 bytes has two bits that nobody reads. */
function neighbour(token: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return letters[letters.indexOf(token.at(-1) ?? 'A') ^ 1] ?? 'A';
}

/** Tokens signed with the secret that still must not be taken: what a leak or a fault elsewhere makes. */
export function withSecret({ header, claims }: Genuine, secret: string): Record<string, string> {
  const sign = byHmac(secret);
  const now = Math.floor(Date.now() / 1_000);
  const signed = (more: Fields, head: Fields = header) =>
    tokenOf(head, { ...claims, ...more }, sign);
  const without = (name: string) => {
    const { [name]: _left, ...rest } = claims;
    return tokenOf(header, rest, sign);
  };
  const noIds = [
    'x',
    '',
    '0'.repeat(23),
    'g'.repeat(24),
    '\0'.repeat(24),
    { $ne: null },
    { $gt: '' },
    ['6561f0c2a4d3e5f6a7b8c9d0'],
    7,
    null,
    true,
    'x'.repeat(5_000),
    '__proto__',
    '\u001b[2J',
  ];
  return {
    'a longer hash, HS384': tokenOf({ ...header, alg: 'HS384' }, claims, byHmac(secret, 'sha384')),
    'a longer hash, HS512': tokenOf({ ...header, alg: 'HS512' }, claims, byHmac(secret, 'sha512')),
    expired: signed({ exp: now - 1 }),
    'expired long ago': signed({ exp: 0, iat: 0 }),
    'not yet good': signed({ nbf: now + HOUR_S }),
    'a life in words': signed({ exp: 'tomorrow' }),
    'no number for a life': signed({ exp: null }),
    ...named('without', ['exp', 'sub', 'role', 'version', 'aud', 'iss', 'userId'], without),
    ...named('an account that is', noIds, (sub) => signed({ sub })),
    'an account that there is not': signed({ sub: 'f'.repeat(24) }),
    ...named('a role that is', ['root', '', ['admin'], { $ne: '' }, null], (role) =>
      signed({ role }),
    ),
    ...named('a version that is', [-1, 0, 2, 1.5, '1', { $gt: 0 }, 1e300], (version) =>
      signed({ version }),
    ),
    ...named('for', ['hourwork-device', 'other', '', []], (aud) => signed({ aud })),
    ...named('by', ['other', '', null, {}], (iss) => signed({ iss })),
  };
}

function named<Value>(
  what: string,
  values: readonly Value[],
  make: (value: Value) => string,
): Record<string, string> {
  return Object.fromEntries(
    values.map((value, place) => [
      `${what} ${place}: ${JSON.stringify(value)?.slice(0, 40)}`,
      make(value),
    ]),
  );
}
