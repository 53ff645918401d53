import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { HttpExecutionModel } from '../../../server/models/HttpExecutionModel.ts';
import { HttpJobModel } from '../../../server/models/HttpJobModel.ts';
import { MailModel } from '../../../server/models/MailModel.ts';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { SlotModel } from '../../../server/models/system/SlotModel.ts';
import { loadHttpTaskProcessor } from '../../../server/Services/BackgroundJobs/jobs/httpTask/httpTask.processor.ts';
import { createSecretBox, keyIdsOf } from '../../../server/Services/Secrets/secretBox.ts';
import { keyIdsInUse, resealAll } from '../../../server/Services/Secrets/storedSecrets.ts';
import { startLocalServer } from '../localServer.ts';
import { startHttpTarget } from './httpTarget.ts';
import { useHttpTasks } from './httpTasksInstallation.ts';
import { SILENT } from './installation.ts';

const TASKS = '/api/v1/http-tasks';
const JOBS = '/api/v1/http-jobs';

const { port, url: base, callsOf, hidden, stop } = await startHttpTarget();
afterAll(stop);
/** A port at which nothing listens until a test does. */
const later = await portOfNobody();
const { env, ask, accept, ended } = await useHttpTasks([port, later]);

async function portOfNobody(): Promise<number> {
  const server = await startLocalServer(() => undefined);
  await server.stop();
  return server.port;
}

describe('an HTTP task', () => {
  it('is called with its headers, a key, a trace and a signature, and keeps what came of it', async () => {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const id = await accept({
      api_url: `${base}/secret`,
      headers: { 'X-Api-Key': 'key-of-the-target', 'X-Plain': 'seen' },
      body: { hello: 'world' },
      signing: [secret],
    });
    const done = await ended(id, 'completed');
    expect(done).toMatchObject({
      api_url: `${base}/secret`,
      max_retry_count: 3,
      retry_count: 0,
      timeout: 90,
      trigger: 'task',
      attempts: [{ outcome: 'completed', status: 200, error: null, redirects: 0 }],
    });
    const [attempt] = done.attempts;
    expect(attempt?.answer).toContain('"fine":"shown"');
    expect(attempt?.answer).not.toContain('abcdefghijkl');
    expect(attempt?.timings.total).toBeGreaterThanOrEqual(attempt?.timings.first_byte ?? 0);

    const [call] = callsOf('/secret');
    expect(call?.headers).toMatchObject({
      'x-api-key': 'key-of-the-target',
      'x-plain': 'seen',
      'content-type': 'application/json',
      'idempotency-key': id,
      'x-hourwork-job-id': id,
      'webhook-id': id,
      traceparent: expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-01$/),
    });
    const signed = `${id}.${call?.headers['webhook-timestamp']}.{"hello":"world"}`;
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const mac = createHmac('sha256', key).update(signed).digest('base64');
    expect(call?.headers['webhook-signature']).toBe(`v1,${mac}`);
  });

  it('keeps secrets sealed, and shows them to nobody', async () => {
    const input = { api_url: `${base}/x`, headers: { authorization: 'Bearer of-the-target' } };
    const { body: made } = await ask('POST', JOBS, input);
    const { body: shown } = await ask('GET', `${JOBS}/${made.id}`);
    expect(shown.headers).toEqual({ authorization: '***' });
    const preview = await ask('POST', `${JOBS}/${made.id}/preview`);
    expect(preview.body).toMatchObject({ url: `${base}/x`, headers: { authorization: '***' } });
    const stored = await HttpJobModel.findById(made.id).lean();
    expect(JSON.stringify(stored)).not.toContain('of-the-target');
    const moved = { api_url: `http://127.0.0.1:${later}/`, headers: { authorization: '***' } };
    expect((await ask('PATCH', `${JOBS}/${made.id}`, moved)).status).toBe(400);
    const renamed = await ask('PATCH', `${JOBS}/${made.id}`, { name: 'renamed' });
    expect(renamed.body).toMatchObject({ name: 'renamed', headers: { authorization: '***' } });
    await ask('POST', `${JOBS}/${made.id}/run`);
    await vi.waitFor(() => {
      expect(callsOf('/x')[0]?.headers.authorization).toBe('Bearer of-the-target');
    }, 10_000);
    expect((await ask('DELETE', `${JOBS}/${made.id}`)).status).toBe(200);
    expect((await ask('GET', `${JOBS}/${made.id}`)).status).toBe(404);
  });

  it('is tried again no sooner than it is asked for, under the same key', async () => {
    const id = await accept({ api_url: `${base}/once/503` });
    const { attempts, retry_count } = await ended(id, 'completed');
    expect(retry_count).toBe(1);
    expect(attempts.map(({ status }) => status)).toEqual([503, 200]);
    const [first, second] = attempts;
    const between = Date.parse(second?.started_at ?? '') - Date.parse(first?.finished_at ?? '');
    expect(between).toBeGreaterThanOrEqual(1_950);
    const keys = callsOf('/once/503').map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([id, id]);
  });

  it.each([
    ['/status/404', 'HTTP_404', {}],
    ['/status/500', 'HTTP_500', { max_retry_count: 0 }],
    ['/reset', 'CONNECTION_LOST', { max_retry_count: 0 }],
    ['/slow', 'TIMEOUT', { max_retry_count: 0, timeout: 1 }],
    ['/redirect', 'ADDRESS_REFUSED', {}],
    ['/status/503', 'HTTP_MAX_DURATION', { max_duration: 1 }],
  ])('%s ends as %s, after one attempt', async (path, code, options) => {
    const id = await accept({ api_url: `${base}${path}`, ...options });
    const { error, attempts } = await ended(id, 'failed');
    expect(error.code).toBe(code);
    expect(attempts).toHaveLength(1);
    expect(hidden.reached()).toBe(0);
  });

  it('reads so much of an endless answer, and no more', async () => {
    const id = await accept({ api_url: `${base}/endless` });
    const { attempts } = await ended(id, 'completed');
    expect(attempts[0]?.bytes).toBeLessThan(11_000_000);
    expect(attempts[0]?.answer).toHaveLength(4_096);
  });

  it('may not call a private address, nor for longer than the setting says', async () => {
    for (const api_url of [
      `http://127.0.0.1:${hidden.port}/`,
      'http://[::7f00:1]/',
      'file:///etc',
    ]) {
      expect((await ask('POST', TASKS, { api_url })).status).toBe(400);
    }
    expect((await ask('POST', TASKS, { api_url: `${base}/a`, timeout: 91 })).status).toBe(400);
  });

  it('is the same for the same Idempotency-Key, and another request under it is refused', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const input = { api_url: `${base}/idempotent`, body: { a: 1, b: 2 } };
    const id = await accept(input, key);
    await ended(id, 'completed');
    expect(await accept({ body: { b: 2, a: 1 }, api_url: `${base}/idempotent` }, key)).toBe(id);
    const other = await ask('POST', TASKS, { ...input, body: null }, key);
    expect(other).toMatchObject({
      status: 409,
      body: { error: { code: 'IDEMPOTENCY_KEY_REUSED' } },
    });
    expect(callsOf('/idempotent')).toHaveLength(1);
  });

  it('waits for its time, and is cancelled then or at work', async () => {
    const scheduled_at = new Date(Date.now() + 3_600_000).toISOString();
    const waiting = await accept({ api_url: `${base}/never`, scheduled_at });
    expect((await ask('GET', `${TASKS}/${waiting}`)).body).toMatchObject({
      status: 'scheduled',
      scheduled_at,
      next_attempt_at: scheduled_at,
    });
    expect((await ask('POST', `${TASKS}/${waiting}/cancel`)).status).toBe(202);
    await ended(waiting, 'cancelled');
    const atWork = await accept({ api_url: `${base}/slow/cancelled` });
    await vi.waitFor(() => expect(callsOf('/slow/cancelled')).toHaveLength(1), 10_000);
    await ask('POST', `${TASKS}/${atWork}/cancel`);
    await ended(atWork, 'cancelled');
    expect(callsOf('/never')).toEqual([]);
  });

  it('begins its attempts anew when it is retried by hand', async () => {
    const id = await accept({ api_url: `${base}/once/400` });
    await ended(id, 'failed');
    expect((await ask('POST', `${TASKS}/${id}/retry`)).status).toBe(202);
    expect(await ended(id, 'completed')).toMatchObject({ retry_count: 0, error: null });
  });
});

describe('an HTTP task whose worker died after it wrote down the end', () => {
  const again = (jobId: string) =>
    loadHttpTaskProcessor({ env })(
      { httpJobId: jobIdOf.get(jobId) ?? '', trigger: 'task', scheduledAt: null },
      {
        ...{ jobId, runId: null, runSeq: 1, attempt: 1, idempotencyKey: jobId, log: SILENT },
        signal: new AbortController().signal,
        ...{ progress: () => undefined, logLine: () => undefined },
      },
    );
  const jobIdOf = new Map<string, string>();

  it.each([
    ['/once-only', 'completed'],
    ['/status/403', 'failed'],
  ])('is not called again: %s, %s', async (path, status) => {
    const id = await accept({ api_url: `${base}${path}` });
    await ended(id, status);
    const execution = await HttpExecutionModel.findById(id).lean();
    jobIdOf.set(id, execution?.httpJobId ?? '');
    if (status === 'completed') expect(await again(id)).toMatchObject({ status: 200 });
    else await expect(again(id)).rejects.toMatchObject({ name: 'FailNow', code: 'HTTP_403' });
    expect(callsOf(path)).toHaveLength(1);
    expect((await HttpExecutionModel.findById(id).lean())?.attempts).toHaveLength(1);
  });
});

describe('an HTTP job with a schedule', () => {
  it('is called once for each slot, and is switched off when its address is gone', async () => {
    const input = {
      api_url: `${base}/status/410`,
      schedule: '* * * * *',
      timezone: 'Asia/Kolkata',
    };
    const { body: job } = await ask('POST', JOBS, input);
    // As if it had been made two minutes ago and nothing had looked since.
    const before = new Date(Date.now() - 120_000);
    await ScheduleModel.updateOne(
      { _id: `http-job-${job.id.toLowerCase()}` },
      { $set: { installedAt: before, accountedUntil: before } },
    );
    await HttpJobModel.updateOne({ _id: job.id }, { $set: { lookAt: before } });
    const off = await vi.waitFor(
      async () => {
        const { body } = await ask('GET', `${JOBS}/${job.id}`);
        expect(body.enabled).toBe(false);
        return body;
      },
      { timeout: 15_000, interval: 100 },
    );
    expect(off.disabled_reason).toContain('410');
    const notices = await MailModel.find({ template: 'notice' }).lean();
    expect(notices.map(({ to, data }) => [to, data.title])).toEqual([
      [
        'admin@example.com',
        `The HTTP job GET 127.0.0.1:${port} was switched off: its address is gone`,
      ],
    ]);
    const { body } = await ask('GET', `${JOBS}/${job.id}/executions`);
    expect(body.items[0]).toMatchObject({ trigger: 'schedule', job_id: job.id });
    const began = await SlotModel.find({
      schedule: `http-job-${job.id.toLowerCase()}`,
      state: { $in: ['began', 'caught-up'] },
    }).lean();
    expect(began.map(({ jobId }) => jobId).toSorted()).toEqual(
      body.items.map(({ id }) => id).toSorted(),
    );
    const resumed = await ask('POST', `${JOBS}/${job.id}/resume`);
    expect(resumed.body).toMatchObject({ enabled: true, disabled_reason: null });
    await ask('DELETE', `${JOBS}/${job.id}`);
  });
});

describe('the keys of secrets', () => {
  it('are told for a backup, and a rotation seals everything under the new one', async () => {
    const old = randomBytes(32).toString('hex');
    const before = createSecretBox({ DATA_KEY: old });
    const { body: job } = await ask('POST', JOBS, { api_url: `${base}/x`, signing: true });
    const sealed = before.seal('Bearer of-before', 'http-job-header');
    await HttpJobModel.updateOne(
      { _id: job.id },
      { $set: { headers: [{ name: 'authorization', value: sealed, secret: true }] } },
    );
    const [keyOfBefore] = keyIdsOf({ DATA_KEY: old });
    expect(await keyIdsInUse()).toContain(keyOfBefore);
    await expect(resealAll(createSecretBox(env))).rejects.toMatchObject({
      code: 'DATA_KEY_MISSING',
    });
    await resealAll(createSecretBox({ DATA_KEY: env.DATA_KEY, DATA_KEY_PREVIOUS: old }));
    expect(await keyIdsInUse()).toEqual(keyIdsOf(env));
    expect(await resealAll(createSecretBox(env))).toBe(0);
    await ask('POST', `${JOBS}/${job.id}/run`);
    await vi.waitFor(() => {
      expect(callsOf('/x').at(-1)?.headers.authorization).toBe('Bearer of-before');
    }, 10_000);
  });
});

describe('a host that is down', () => {
  it('holds its tasks without costing them attempts, slows no other, and gets them when it is back', async () => {
    const ids = await Promise.all(
      Array.from({ length: 12 }, (_, number) =>
        accept({ api_url: `http://127.0.0.1:${later}/${number}`, max_retry_count: 1 }),
      ),
    );
    const destination = `127.0.0.1:${later}`;
    const down = await vi.waitFor(
      async () => {
        const { body } = await ask('GET', '/api/v1/destinations');
        const found = body.items.find((each) => each.destination === destination);
        expect(found).toMatchObject({ state: 'down' });
        return found;
      },
      { timeout: 10_000, interval: 50 },
    );
    expect(down?.summary).toMatch(/^failed \d+ times in a row; .* held$/);
    const other = await accept({ api_url: `${base}/meanwhile` });
    await ended(other, 'completed');

    const back = await startLocalServer((_request, response) => response.end('back'), later);
    try {
      for (const id of ids) {
        expect(await ended(id, 'completed')).toMatchObject({ retry_count: 0 });
      }
    } finally {
      await back.stop();
    }
    expect(await HttpExecutionModel.countDocuments({ isHeld: true })).toBe(0);
  });
});
