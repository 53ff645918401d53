import { describe, expect, it } from 'vitest';
import { parseSettings } from './env.ts';
import { createRedactor } from './redaction.ts';
import { secretsIn } from './secretSettings.ts';

describe('secretsIn', () => {
  it.each([
    ['redis://:pa%40ss-of-redis@host:6379/0', ['pa%40ss-of-redis', 'pa@ss-of-redis']],
    ['rediss://me:100%-plain@host', ['100%-plain']],
    ['redis://me:p@ss:word@host', ['p@ss:word']],
    ['redis://host:6379/0', []],
    ['redis://me@host:6379/0', []],
  ])('finds the password in the address %s', (REDIS_URL, expected) => {
    // Also of an address that cannot be used: it may be told of.
    expect(secretsIn({ ...parseSettings({}), REDIS_URL })).toEqual(expected);
  });

  it.each([
    'mongodb://me:s3cret%2Fvalue@one:27017,two:27018/db?replicaSet=rs&appName=a@b',
    'mongodb+srv://me:s3cret%2Fvalue@cluster.example.com/db',
  ])('has the password in %s taken out of text, in either form', (MONGODB_URI) => {
    const redact = createRedactor(secretsIn(parseSettings({ MONGODB_URI })));
    expect(redact('user me, password s3cret/value, in the address s3cret%2Fvalue')).toBe(
      'user me, password [redacted], in the address [redacted]',
    );
  });

  it('names the secret settings', () => {
    const secrets = {
      JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-and-more',
      CRON_MANAGER_API_KEY: 'test-scheduler-key',
      ADMIN_PASSWORD: 'a-long-test-password',
      POST_WEBHOOK_SECRET: 'a-secret-of-24-characters',
      REDIS_PASSWORD: 'of-redis',
      REDIS_SENTINEL_PASSWORD: 'of-sentinels',
      DATA_KEY: 'a'.repeat(64),
      DATA_KEY_PREVIOUS: 'b'.repeat(64),
      WHATSAPP_TOKEN: 'of-whatsapp',
      WHATSAPP_APP_SECRET: 'of-its-app',
      WHATSAPP_VERIFY_TOKEN: 'of-its-webhook',
    };
    const sentinels = { REDIS_SENTINELS: 'host', REDIS_SENTINEL_NAME: 'main' };
    expect(secretsIn(parseSettings({ ...secrets, ...sentinels }))).toEqual(Object.values(secrets));
  });
});
