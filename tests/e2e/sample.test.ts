import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { ownPort } from '../ownPort.ts';
import { type Checkout, makeCheckout } from './checkout.ts';

const SERVER = 'hourwork-sample-services';

const cleanUps: (() => Promise<unknown>)[] = [];
let checkout: Checkout;

interface Listed {
  id: string;
  synthetic: boolean;
  last: { status: string } | null;
}

async function services(): Promise<Listed[]> {
  const { body } = await (await checkout.api()).get('/api/v1/services');
  return body.items as Listed[];
}

beforeAll(async () => {
  const pm2Home = await mkdtemp(join(tmpdir(), 'hourwork-pm2-'));
  cleanUps.push(() => rm(pm2Home, { recursive: true, force: true }));
  const settings = { PORT: String(await ownPort()) };
  checkout = await makeCheckout({ pm2Home, settings }, cleanUps);
});

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

describe('npm start with the sample', () => {
  it('brings six services that are answered on this machine, and has them read', async () => {
    const { code, output } = await checkout.npm(['start', '--', '--no-run']);
    expect(code, output).toBe(0);
    expect(await checkout.pm2.online(SERVER)).toHaveLength(1);
    expect(checkout.env().EGRESS_ALLOW).toMatch(/^127\.0\.0\.1:\d+$/);
    const found = await waitUntil(
      async () => {
        const listed = await services();
        return listed.every(({ last }) => last !== null) && listed;
      },
      { timeoutMs: 120_000, intervalMs: 500, what: 'all services to be read' },
    );
    expect(found.map(({ last }) => last?.status)).toEqual([
      ...['ok', 'degraded', 'ok', 'ok', 'ok', 'failed'],
    ]);
    expect(found.every(({ synthetic }) => synthetic)).toBe(true);
  });

  it('keeps their server for as long as there is one of them', async () => {
    await checkout.npm(['stop']);
    const again = await checkout.npm(['start', '--', '--no-run']);
    expect(again.code, again.output).toBe(0);
    expect(await checkout.pm2.online(SERVER)).toHaveLength(1);
    for (const { id } of await services()) {
      await checkout.npm(['run', 'service', '--', 'remove', id]);
    }
    const stopped = await checkout.npm(['stop']);
    expect(stopped.output).toContain(SERVER);
    const { code, output } = await checkout.npm(['start', '--', '--no-run']);
    expect(code, output).toBe(0);
    expect(await checkout.pm2.online(SERVER)).toEqual([]);
    expect(await services()).toEqual([]);
  });
});
