import { expect, it } from 'vitest';
import { createRedactor } from './redaction.ts';

const redact = createRedactor(['s3cret/value', 'short']);
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';

it.each([
  ['a token', `got ${JWT} back`, 'got [redacted] back'],
  ['Redis credentials', 'redis://:pa@ss@host:6379/0', 'redis://[redacted]@host:6379/0'],
  ['MongoDB credentials', 'mongodb+srv://me:pw@host/db', 'mongodb+srv://[redacted]@host/db'],
  ['a bearer header', 'Authorization: Bearer abcdefgh1234', 'Authorization: Bearer [redacted]'],
  ['a query string', '/x?token=abc&limit=5', '/x?token=[redacted]&limit=5'],
  ['JSON in text', '{"newPassword": "a\\"b", "n": 1}', '{"newPassword": "[redacted]", "n": 1}'],
  ['a header', 'X-Api-Key: abc def\nHost: a', 'X-Api-Key: [redacted]\nHost: a'],
  ['a cookie', "sent 'Cookie: sid=1; b=2'", "sent 'Cookie: [redacted]"],
  ['another scheme', 'authorization: Token 0123', 'authorization: Token [redacted]'],
  ['a connection string', 'Uid=me;Pwd=a;b&c', 'Uid=me;Pwd=[redacted]&c'],
  ['an assignment', 'DB_PASSWORD = hunter2 ok', 'DB_PASSWORD = [redacted] ok'],
  ['an object as Node prints it', "{ pwd: 'it\\'s', n: 1 }", "{ pwd: '[redacted]', n: 1 }"],
  ['the same without quotes', '{ user: me, apiKey: k3y }', '{ user: me, apiKey: [redacted] }'],
  ['JSON that was cut', '{"client_secret":"abc', '{"client_secret":"[redacted]"'],
  ['a key of AWS', 'id AKIAIOSFODNN7EXAMPLE.', 'id [redacted].'],
  ['a key of GitHub', `ghp_${'a1'.repeat(18)} refused`, '[redacted] refused'],
  ['a key of Stripe', 'key sk_live_abcdefghij0123 is revoked', 'key [redacted] is revoked'],
  ['a key of Slack', 'xoxb-1234567890-abcdef', '[redacted]'],
  ['a key of Google', `AIza${'x'.repeat(35)}`, '[redacted]'],
  [
    'a private key',
    'read -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- from x',
    'read [redacted] from x',
  ],
  ['a private key that was cut', '-----BEGIN PRIVATE KEY-----\nMIIE\nabc', '[redacted]'],
  ['a configured secret', 'it is s3cret/value!', 'it is [redacted]!'],
  ['the same, URL encoded', 'it is s3cret%2Fvalue!', 'it is [redacted]!'],
])('takes %s out of text', (_what, text, expected) => {
  expect(redact(text)).toBe(expected);
});

it.each([
  'Listening on http://127.0.0.1:3000/docs for me@example.com, short of nothing',
  'Unexpected token: }',
  'Invalid token: expired',
  'passengers=12 max_tokens=128',
  'The password: it must have 12 characters.',
  'Cookies are off; task-list sk-8 of passage 12',
  '-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----',
])('leaves ordinary text as it is: %s', (text) => {
  expect(redact(text)).toBe(text);
});

it('changes nothing of what it has redacted', () => {
  const texts = [
    'Cookie: a=b',
    'token=abc',
    '{"pwd":"x"}',
    'apiKey: k3y',
    'a://b@c',
    'Basic abcdefgh',
  ];
  for (const text of texts) expect(redact(redact(text))).toBe(redact(text));
});

it('takes out what stands under a telling key, at any depth and in any kind of object', () => {
  const headers = new Map([['Set-Cookie', 'a=b']]);
  expect(redact({ user: { password: 'x', apiKey: 1, name: 'n' }, headers, token: null })).toEqual({
    user: { password: '[redacted]', apiKey: '[redacted]', name: 'n' },
    headers: { 'Set-Cookie': '[redacted]' },
    token: null,
  });
});

it('shows an error by message, code, details, stack and cause, and nothing else of it', () => {
  const cause = new Error('refused by redis://u:p@h');
  const error = Object.assign(new Error('no answer', { cause }), {
    code: 'E_AWAY',
    body: 'secret',
  });
  expect(redact({ error })).toEqual({
    error: {
      message: 'no answer',
      code: 'E_AWAY',
      stack: expect.stringContaining('Error: no answer'),
      cause: { message: 'refused by redis://[redacted]@h', stack: expect.any(String) },
    },
  });
});

it('survives cycles, hostile getters, bytes, big integers and long lists', () => {
  const cyclic: Record<string, unknown> = { big: 12n, bytes: Buffer.from('abc') };
  cyclic.self = cyclic;
  expect(redact(cyclic)).toEqual({ big: '12', bytes: '[3 bytes]', self: '[circular]' });
  expect(redact(Array.from({ length: 102 }, () => 0))).toHaveLength(101);
  const hostile = {
    get boom(): never {
      throw new Error('boom');
    },
  };
  expect(redact({ hostile, kept: 1 })).toEqual({ hostile: '[unreadable]', kept: 1 });
});

it('stays quick on long text made to be slow', () => {
  const started = performance.now();
  const pieces = [
    '-eyJ',
    'a.',
    'passpass',
    '"pass',
    'x://',
    'pwd= ',
    "pwd:'\\\\",
    'x-key',
    'token: a',
  ];
  const marks = ['-----BEGIN PRIVATE KEY-----', 'sk-', 'cookie:', 'SG.aaaaaaaaaaaaaaaaaaaaaaaa'];
  for (const piece of [...pieces, ...marks]) redact(piece.repeat(50_000));
  expect(performance.now() - started).toBeLessThan(500);
});
