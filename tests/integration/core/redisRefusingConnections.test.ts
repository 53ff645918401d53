import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseSettings } from '../../../server/config/env.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { useOwnRedis } from '../ownRedis.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';

const own = await useOwnRedis();
const admin = new Redis({ port: own.port, lazyConnect: true });
beforeAll(async () => {
  await admin.connect();
  await admin.call('ACL', 'SETUSER', 'locked', 'on', '>secret', '~*', '+@all');
});
afterAll(() => admin.disconnect());

const SENTENCES: [string, string, RegExp][] = [
  ['a database that is not there', '/99', /does not have the database whose number REDIS_URL/],
  ['a wrong password', 'locked:wrong@', /refuses the user or the password: mend REDIS_URL/],
  ['a user that is not there', 'nobody:secret@', /refuses the user or the password/],
  ['TLS where none is spoken', 'rediss', /REDIS_URL \(redis:.* asks for TLS/],
];

function urlWith(part: string): string {
  const place = `127.0.0.1:${own.port}`;
  if (part === 'rediss') return `rediss://${place}`;
  return part.startsWith('/') ? `redis://${place}${part}` : `redis://${part}${place}`;
}

describe.each(['producer', 'worker'] as const)('the connection of a %s', (use) => {
  function connect(settings: Record<string, string>) {
    const lines: LogLine[] = [];
    const redis = connectRedis(parseSettings(settings), use, recordingLogger(lines));
    onTestFinished(async () => redis.disconnect());
    let tries = 0;
    redis.on('reconnecting', () => {
      tries += 1;
    });
    const refusals = () => lines.filter(({ message }) => message.startsWith('Redis refuses'));
    /** After so many tries it is told whether it was told each time. */
    const triedOften = () => vi.waitFor(() => expect(tries).toBeGreaterThan(3), 20_000);
    return { redis, refusals, triedOften };
  }

  it.each(SENTENCES)('names the setting, once: %s', async (_, part, sentence) => {
    const { redis, refusals, triedOften } = connect({ REDIS_URL: urlWith(part) });
    await triedOften();
    expect(redis.status).not.toBe('ready');
    expect(refusals().map(({ message }) => message)).toEqual([expect.stringMatching(sentence)]);
  });

  it('names the setting when a password is wanted and none is given', async () => {
    await admin.config('SET', 'requirepass', 'secret');
    onTestFinished(async () => {
      await admin.config('SET', 'requirepass', '');
    });
    const { refusals, triedOften } = connect({
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(own.port),
    });
    await triedOften();
    expect(refusals().map(({ message }) => message)).toEqual([
      expect.stringMatching(/wants a password: name it in REDIS_USERNAME and REDIS_PASSWORD/),
    ]);
  });

  it('puts nothing into another database, and is ready when the right one is there', async () => {
    const { redis, triedOften } = connect({ REDIS_URL: urlWith('/99') });
    // What BullMQ waits for jobs on.
    const waiting = (redis as Redis).duplicate();
    waiting.on('error', () => undefined);
    onTestFinished(async () => waiting.disconnect());
    const key = `stray-${use}`;
    const written = Promise.allSettled([redis.set(key, '1'), waiting.set(key, '1')]);
    await triedOften();
    expect(await admin.keys('stray-*')).toEqual([]);
    redis.disconnect();
    waiting.disconnect();
    expect((await written).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await admin.keys('stray-*')).toEqual([]);
  });

  it('asks whether TLS is meant, of a server that hangs up at its greeting', async () => {
    // It has no certificate, and needs none to know that this is no TLS.
    const server = createServer({}).listen(0, '127.0.0.1');
    server.on('tlsClientError', () => undefined);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { refusals, triedOften } = connect({ REDIS_URL: `redis://127.0.0.1:${port}` });
    await triedOften();
    expect(refusals().map(({ message }) => message)).toEqual([
      expect.stringMatching(/hangs up at once. If it speaks TLS, say so in REDIS_URL/),
    ]);
  });
});
