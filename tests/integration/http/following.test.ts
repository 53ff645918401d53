import jwt from 'jsonwebtoken';
import { expect, it } from 'vitest';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import {
  changePassword,
  createAccount,
  disableAccount,
} from '../../../server/Services/Auth/accounts.ts';
import { useStreams } from './eventStreams.ts';
import { JWT_SECRET, PASSWORD } from './harness.ts';
import { makeRun } from './records.ts';

const streams = useStreams();

/** Begins to follow a run; the events come one by one, as they arrive. */
async function follow(runId: string, token?: string) {
  const path = `/app/job-status/runs/${runId}/events`;
  const { answer, events } = await streams.follow(path, token === undefined ? {} : { token });
  async function* data() {
    for await (const event of events) yield event.data;
  }
  return { answer, events: data() };
}

it('tells how a run stands, then each change, and ends with the run', async () => {
  const runId = 'm-followed';
  await makeRun({ _id: runId });
  const { answer, events } = await follow(runId);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  expect((await events.next()).value).toMatchObject({ runId, status: 'running', finishedAt: null });

  await RunModel.updateOne({ _id: runId }, { $set: { warnings: ['It is late.'] } });
  expect((await events.next()).value).toMatchObject({ runId, warnings: ['It is late.'] });

  const finishedAt = new Date();
  await RunModel.updateOne({ _id: runId }, { $set: { status: 'completed', finishedAt } });
  expect((await events.next()).value).toMatchObject({
    status: 'completed',
    finishedAt: finishedAt.toISOString(),
  });
  expect((await events.next()).done).toBe(true);
});

it('is 404, as any other answer, for a run that is not there', async () => {
  const { answer } = await follow('m-nobody');
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
});

async function loggedIn(email: string): Promise<string> {
  await createAccount({ email, password: PASSWORD, role: 'viewer' });
  const answer = await streams
    .api()
    .post('/app/auth/login')
    .send({ email, password: PASSWORD })
    .expect(200);
  return answer.body.token;
}

/** Less than a stream's sign of life, which goes on without asking. */
const SOON_MS = 8_000;

it.each([
  ['is disabled', (email: string) => disableAccount(email)],
  ['gets another password', (email: string) => changePassword(email, 'another-long-password')],
])('ends when the account %s', async (what, change) => {
  const email = `${what.replaceAll(' ', '-')}@example.com`;
  const runId = `m-${what.replaceAll(' ', '-')}`;
  await makeRun({ _id: runId });
  const { events } = await follow(runId, await loggedIn(email));
  expect((await events.next()).value).toMatchObject({ runId });
  const began = Date.now();
  await change(email);
  expect((await events.next()).done).toBe(true);
  expect(Date.now() - began).toBeLessThan(SOON_MS);
});

it('ends when the token expires', async () => {
  await makeRun({ _id: 'm-expiring' });
  const claims = jwt.decode(streams.api().tokens.viewer) as jwt.JwtPayload;
  const exp = Math.floor(Date.now() / 1_000) + 3;
  const { answer, events } = await follow('m-expiring', jwt.sign({ ...claims, exp }, JWT_SECRET));
  expect(answer.status).toBe(200);
  await events.next();
  expect((await events.next()).done).toBe(true);
  expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000);
  expect(Date.now()).toBeLessThan(exp * 1_000 + SOON_MS);
});

it('ends when the process begins to stop, so that no stream holds it up', async () => {
  await makeRun({ _id: 'm-open' });
  const { events } = await follow('m-open');
  await events.next();
  const began = Date.now();
  streams.api().beginToStop();
  expect((await events.next()).done).toBe(true);
  expect(Date.now() - began).toBeLessThan(1_000);
});
