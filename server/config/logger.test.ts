import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { extendLogContext, withLogContext } from './logContext.ts';
import { createLogger } from './logger.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-log-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

function openLog(level: 'info' | 'debug' = 'info') {
  const file = join(folder, 'hourwork.log');
  const logger = createLogger({
    level,
    file,
    secrets: ['the-jwt-secret', undefined],
    service: 'test',
  });
  return {
    logger,
    /** Closes the log and reads its lines through the name that was configured. */
    async lines(): Promise<unknown[]> {
      await logger.close();
      const text = await readFile(file, 'utf8');
      return text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
    },
  };
}

it('writes one JSON object a line, with time, level, service and fields', async () => {
  const { logger, lines } = openLog();
  logger.child({ queue: 'user-data' }).info('Started.', { durationMs: 12 });
  logger.debug('Below the level.');
  expect(await lines()).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      level: 'info',
      message: 'Started.',
      service: 'test',
      pid: process.pid,
      queue: 'user-data',
      durationMs: 12,
    },
  ]);
});

it('adds the surrounding request and job to every line, and to no line outside', async () => {
  const { logger, lines } = openLog();
  await withLogContext({ requestId: 'r-1' }, async () => {
    extendLogContext({ accountId: 'a-1' });
    await withLogContext({ jobId: 'j-1' }, async () => {
      await new Promise(setImmediate);
      logger.info('inner');
    });
    logger.info('outer');
  });
  logger.info('outside');
  const [inner, outer, outside] = await lines();
  expect(inner).toMatchObject({ requestId: 'r-1', accountId: 'a-1', jobId: 'j-1' });
  expect(outer).toMatchObject({ requestId: 'r-1', accountId: 'a-1' });
  expect(outer).not.toHaveProperty('jobId');
  expect(outside).not.toHaveProperty('requestId');
});

it('writes no secret, be it in the message, a field, an error or the context', async () => {
  const { logger, lines } = openLog();
  const error = new Error('signing with the-jwt-secret failed');
  withLogContext({ requestId: 'the-jwt-secret' }, () => {
    logger.error('the-jwt-secret', { error, url: 'redis://u:hunter2@h', password: 'hunter2' });
  });
  const text = JSON.stringify(await lines());
  expect(text).toContain('signing with [redacted] failed');
  expect(text).not.toContain('the-jwt-secret');
  expect(text).not.toContain('hunter2');
});

it('does not look at the fields of a line below its level', async () => {
  const { logger } = openLog();
  const fields = {
    get jobId(): string {
      throw new Error('Looked at.');
    },
  };
  expect(() => logger.debug('Below the level.', fields)).not.toThrow();
  expect(() => logger.info('Written.', fields)).toThrow('Looked at.');
  await logger.close();
});

it('cannot be made to write a line of another level or message by its fields', async () => {
  const { logger, lines } = openLog();
  logger.warn('Kept.', { level: 'debug', message: 'Replaced.' });
  expect(await lines()).toEqual([expect.objectContaining({ level: 'warn', message: 'Kept.' })]);
});

it('goes on without a file that cannot be written, and says so once', async () => {
  // Where the first file of the rotation should be, there is a folder.
  const day = new Date().toISOString().slice(0, 10);
  await mkdir(join(folder, `hourwork-${day}.log`));
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const { logger } = openLog();
  logger.info('first');
  await vi.waitFor(() => expect(told).toHaveBeenCalled());
  logger.info('second');
  await logger.close();
  expect(told.mock.calls).toEqual([
    [expect.stringMatching(/hourwork\.log cannot be written: EISDIR/)],
  ]);
  told.mockRestore();
});
