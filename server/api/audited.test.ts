import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineRoute, type Route } from '../routes/route.ts';
import { actionOf, isAudited } from './audited.ts';
import { HttpError } from './HttpError.ts';

const pause = defineRoute({
  ...{ method: 'post', path: '/app/queues/:queue/pause', tag: 'Queue', guard: 'administrator' },
  summary: 'Let no job of a queue begin',
  responses: { 200: z.unknown() },
  handle: () => ({ status: 200 as const, body: null }),
});
const asked = {
  account: {
    accountId: 'a-1',
    email: 'ann@example.com',
    role: 'admin',
    userId: null,
    scopes: null,
  },
  ...{ address: '127.0.0.1', requestId: 'r-1', params: { queue: 'user-data' } },
  body: { note: 'too many', apiKey: 'secret', max: 3, headers: { authorization: 'secret' } },
} as const;

it('says who asked for what, about what, and on how many it was done, but no text that is not known', () => {
  expect(actionOf(pause, asked, { jobs: 412, queue: 'user-data' })).toEqual({
    ...{ accountId: 'a-1', email: 'ann@example.com', address: '127.0.0.1', requestId: 'r-1' },
    ...{ action: 'POST /app/queues/:queue/pause', summary: 'Let no job of a queue begin' },
    about: { queue: 'user-data', note: 'too many', max: 3 },
    ...{ counts: { jobs: 412 }, refused: null },
  });
});

it('names an order, and leaves out money, which would be read as a count', () => {
  const body = { orderId: '11077', customerId: 'RATTC', freight: 853, lines: [] };
  const { about } = actionOf(pause, { ...asked, params: {}, body }, {});
  expect(about).toEqual({ orderId: '11077', customerId: 'RATTC' });
});

it('takes secrets out of a note', () => {
  const body = { note: 'see mongodb://ann:hunter22@db/hourwork' };
  const { about } = actionOf(pause, { ...asked, body }, {});
  expect(about.note).toMatch(/^see mongodb:/);
  expect(about.note).not.toContain('hunter22');
});

it('says by which code it was refused', () => {
  expect(actionOf(pause, asked, new HttpError('NOT_FOUND', 'None.')).refused).toBe('NOT_FOUND');
});

it.each([
  ['what an administrator changes', {}, true],
  ['what the cron manager is told', { guard: 'keyOrAdministrator' }, true],
  ['what is only read', { method: 'get' }, false],
  ['what anyone may ask', { guard: 'anyone' }, false],
  ['work that is put in', { scope: 'jobs' }, false],
] satisfies [string, Partial<Route>, boolean][])('of %s: %j', (_what, change, kept) => {
  expect(isAudited({ ...pause, ...change })).toBe(kept);
});
