import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Checkout, makeCheckout } from '../e2e/checkout.ts';
import { ownPort } from '../ownPort.ts';
import { NO_USER_DATA_SLOT } from '../scheduleSettings.ts';

const CUSTOMERS = 23_570;

const cleanUps: (() => Promise<unknown>)[] = [];
let checkout: Checkout;

/** The runs over users: the other scheduled jobs of the sample may have theirs. */
async function runs(): Promise<Record<string, unknown>[]> {
  const { body } = await (await checkout.api()).get('/app/job-status/runs');
  return (body.items as Record<string, unknown>[]).filter(({ kind }) => kind === 'user-data');
}

beforeAll(async () => {
  const home = await mkdtemp(join(tmpdir(), 'hourwork-pm2-'));
  cleanUps.push(() => rm(home, { recursive: true, force: true }));
  const settings = { PORT: String(await ownPort()), ...NO_USER_DATA_SLOT };
  checkout = await makeCheckout({ pm2Home: home, settings }, cleanUps);
});

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

describe('all customers of the sample', () => {
  it('are imported and scored by one npm start, and the ledger balances', async () => {
    const { code, output } = await checkout.npm(['start']);
    process.stdout.write(output);
    expect(code, output).toBe(0);
    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      status: 'completed',
      enumerated: CUSTOMERS,
      completed: CUSTOMERS,
      duplicates: 0,
      queued: 0,
      active: 0,
      delayed: 0,
      failed: 0,
      cancelled: 0,
      balanced: true,
    });
    const api = await checkout.api();
    const { body: stats } = await api.get('/app/job-status/queue/stats?queue=user-data');
    expect(stats).toEqual({
      waiting: 0,
      active: 0,
      completed: CUSTOMERS,
      failed: 0,
      delayed: 0,
      total: CUSTOMERS,
    });
  });

  it('are neither imported nor scored again by a second npm start', async () => {
    const { code, output } = await checkout.npm(['start']);
    expect(code, output).toBe(0);
    expect(output).toContain('23,570');
    expect(await runs()).toHaveLength(1);
  });
});
