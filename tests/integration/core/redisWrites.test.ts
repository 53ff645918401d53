import { expect, it, onTestFinished, vi } from 'vitest';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { SILENT, useInstallation } from './installation.ts';

const { env } = useInstallation();

it.each(['producer', 'worker'] as const)(
  'what a %s asks of Redis in one turn leaves in one write, and each is answered',
  async (use) => {
    const redis = connectRedis(env, use, SILENT);
    onTestFinished(() => redis.disconnect());
    await vi.waitFor(() => redis.ping(), 5_000);
    if (!('stream' in redis)) throw new Error('The tests use one server.');
    const { stream } = redis;
    const [one, many] = [vi.spyOn(stream, '_write'), vi.spyOn(stream, '_writev')];
    const texts = Array.from({ length: 50 }, (_, number) => `${number}`);

    expect(await Promise.all(texts.map((text) => redis.echo(text)))).toEqual(texts);
    expect(one.mock.calls.length + many.mock.calls.length).toBe(1);

    expect(await redis.echo('alone')).toBe('alone');
    expect(one.mock.calls.length + many.mock.calls.length).toBe(2);
  },
);
