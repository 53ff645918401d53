import express from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { createErrorHandler } from '../errorHandler.ts';
import { generalLimit } from './rateLimits.ts';

const quiet = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => quiet,
  close: async () => undefined,
};

function appWith(limiters: express.RequestHandler[], status: number) {
  const app = express();
  app.use(express.json(), ...limiters);
  app.use((_request, response) => response.status(status).end());
  app.use(createErrorHandler(quiet));
  return app;
}

it('bounds the requests of an address, but never the probes of health', async () => {
  const app = appWith([generalLimit(2)], 200);
  const statuses: number[] = [];
  for (let n = 0; n < 3; n += 1) statuses.push((await request(app).get('/')).status);
  expect(statuses).toEqual([200, 200, 429]);
  await request(app).get('/health/live').expect(200);
});
