import express from 'express';
import request from 'supertest';
import { expect, it, vi } from 'vitest';
import { AppError } from '../errors/AppError.ts';
import { createErrorHandler } from './errorHandler.ts';
import { createRequestContext } from './middleware/requestContext.ts';

function appThatThrows(thrown: unknown, begin?: (response: express.Response) => void) {
  const logger = {
    error: vi.fn(),
    warn: vi.fn(),
    info: vi.fn(),
    debug: vi.fn(),
    child: () => logger,
    close: async () => undefined,
  };
  const app = express();
  app.use(createRequestContext(logger));
  app.get('/', (_request, response) => {
    begin?.(response);
    throw thrown;
  });
  app.use(createErrorHandler(logger));
  return { app, logger };
}

it('answers what nobody foresaw as 500 without a word of it, and logs it whole', async () => {
  const error = new TypeError('secret plans');
  const { app, logger } = appThatThrows(error);
  const answer = await request(app).get('/').set('x-request-id', 'r-1');
  expect(answer.status).toBe(500);
  expect(answer.body).toEqual({
    error: {
      code: 'INTERNAL',
      message: 'Something went wrong on our side.',
      requestId: 'r-1',
    },
  });
  expect(logger.error).toHaveBeenCalledWith('A request failed', { error });
});

it('breaks off an answer that had begun, rather than pretend it is whole', async () => {
  const { app, logger } = appThatThrows(new Error('midway'), (response) => {
    response.status(200).write('{"items":[');
  });
  await expect(request(app).get('/')).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  expect(logger.error).toHaveBeenCalled();
});

it('warns of a dependency that is away once, not for each request', async () => {
  const { app, logger } = appThatThrows(new AppError('MONGODB_UNAVAILABLE', 'MongoDB is away.'));
  for (let times = 0; times < 3; times += 1) {
    expect((await request(app).get('/')).status).toBe(503);
  }
  expect(logger.warn.mock.calls).toEqual([
    [expect.stringContaining('MongoDB'), { code: 'MONGODB_UNAVAILABLE' }],
  ]);
});
