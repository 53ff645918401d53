import express from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { createErrorHandler } from '../errorHandler.ts';
import { generalLimits } from './rateLimits.ts';

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

it('bounds the requests of an address, and by themselves the probes of health', async () => {
  const app = appWith(generalLimits(2), 200);
  const ask = async (path: string) => (await request(app).get(path)).status;
  expect([await ask('/'), await ask('/health/other'), await ask('/')]).toEqual([200, 200, 429]);
  expect([await ask('/health/live'), await ask('/health/ready')]).toEqual([200, 200]);
  expect(await ask('/health/live')).toBe(429);
});
