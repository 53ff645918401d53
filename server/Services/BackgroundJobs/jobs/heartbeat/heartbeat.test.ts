import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineSchedule } from '../../scheduling/defineSchedule.ts';
import { heartbeatJob } from './heartbeat.job.ts';
import { heartbeatProcessor } from './heartbeat.processor.ts';
import { tellingStart } from './tellingStart.ts';

const SLOT = new Date('2026-11-27T11:00:00Z');
const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const context = {
  ...{ jobId: 'j', runId: null, runSeq: 1, attempt: 1, idempotencyKey: 'j', log },
  signal: new AbortController().signal,
  ...{ progress: () => undefined, logLine: () => undefined },
};

describe('a heartbeat', () => {
  const pinged: string[] = [];
  let status = 200;
  const receiver = createServer(async (request, response) => {
    pinged.push(`${request.method} ${request.url}: ${await text(request)}`);
    response.writeHead(status).end();
  });
  let url: string;
  beforeAll(async () => {
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/ping-key/`;
  });
  beforeEach(() => {
    pinged.length = 0;
    status = 200;
  });
  afterAll(async () => {
    receiver.closeAllConnections();
    await new Promise((done) => receiver.close(done));
  });

  const ping = (outcome: 'start' | 'success' | 'fail', ended = false) =>
    heartbeatProcessor(url, async () => ended)(
      { schedule: 'nightly', slot: SLOT.toISOString(), outcome },
      context,
    );

  it('tells of start, success and failure, each at its path', async () => {
    await ping('start');
    await ping('success', true);
    await ping('fail', true);
    expect(pinged).toEqual([
      'POST /ping-key/nightly/start: The slot of 2026-11-27T11:00:00.000Z began.',
      'POST /ping-key/nightly: The slot of 2026-11-27T11:00:00.000Z ended: success.',
      'POST /ping-key/nightly/fail: The slot of 2026-11-27T11:00:00.000Z ended: fail.',
    ]);
  });

  it('tells of no start after the end, which would be taken for the next one', async () => {
    await expect(ping('start', true)).rejects.toMatchObject({ name: 'Cancelled' });
    expect(pinged).toEqual([]);
  });

  it('is tried again when it is refused', async () => {
    status = 500;
    await expect(ping('success')).rejects.toThrow('answered 500');
  });
});

describe('a schedule that tells of its starts', () => {
  const begun = { runId: 'run-1' } as const;
  const begin = vi.fn(async (): Promise<typeof begun | { empty: true }> => begun);
  const schedule = defineSchedule({
    ...{ name: 'nightly', expression: '0 3 * * *', timezone: 'UTC' },
    ...{ overlap: 'skip', catchUp: 'latest' },
    begins: { begin, isOpen: async () => false },
  });
  const enqueue = vi.fn(async () => ({ jobId: 'j', status: 'enqueued' as const }));
  const telling = tellingStart(schedule, { enqueuer: { enqueue: enqueue as never }, log });
  const slot = { schedule: 'nightly', slot: SLOT, since: null, trigger: 'schedule' } as const;
  beforeEach(() => enqueue.mockClear());

  it('puts a heartbeat in for a slot that began something, the same for the same slot', async () => {
    expect(await telling.begins.begin(slot)).toBe(begun);
    const payload = { schedule: 'nightly', slot: SLOT.toISOString(), outcome: 'start' };
    const key = 'heartbeat-start-nightly@2026-11-27T11:00:00.000Z';
    expect(enqueue.mock.calls).toEqual([[heartbeatJob, payload, { key }]]);
  });

  it('puts none in where there was nothing to do', async () => {
    begin.mockResolvedValueOnce({ empty: true });
    expect(await telling.begins.begin(slot)).toEqual({ empty: true });
    expect(enqueue).not.toHaveBeenCalled();
  });

  it('begins its slots although the heartbeat cannot be put in', async () => {
    enqueue.mockRejectedValueOnce(new Error('Redis is away'));
    expect(await telling.begins.begin(slot)).toBe(begun);
    expect(log.warn).toHaveBeenCalledOnce();
  });
});
