import express from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { createErrorHandler } from '../errorHandler.ts';
import { generalLimits, loginLimits } from './rateLimits.ts';

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

it('bounds failed logins of one e-mail, however it is spelled and wherever it is tried', async () => {
  const [, perEmail] = loginLimits(2);
  if (perEmail === undefined) throw new Error('there is no limit for e-mails');
  const app = appWith([perEmail], 401);
  const tryAs = async (email: string) => (await request(app).post('/').send({ email })).status;
  expect(await tryAs('me@example.com')).toBe(401);
  expect(await tryAs(' ME@example.com')).toBe(401);
  expect(await tryAs('Me@Example.com')).toBe(429);
  expect(await tryAs('you@example.com')).toBe(401);
});
