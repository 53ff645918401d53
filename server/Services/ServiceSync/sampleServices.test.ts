import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllowance } from '../../config/egressAllowance.ts';
import { ADAPTERS } from '../../models/ServiceModel.ts';
import { createEgressClient } from '../Egress/egressClient.ts';
import { ADAPTER_OF } from './adapters.ts';
import { readService } from './readService.ts';
import { answerAsSample, SAMPLE_SERVICES } from './sampleServices.ts';
import { serviceInput } from './serviceInput.ts';

const server = createServer(answerAsSample).listen(0, '127.0.0.1');
await once(server, 'listening');
const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
const client = createEgressClient({ allowance: parseAllowance(host) });

afterAll(async () => {
  await client.close();
  server.close();
});

/** How a sync finds one of them. */
function found({ input, path }: (typeof SAMPLE_SERVICES)[number]): Promise<string> {
  const service = serviceInput.parse({ ...input, url: `http://${host}${path}` });
  const settings = ADAPTER_OF[service.adapter].settings.parse(service.settings ?? {});
  return readService(
    { ...service, settings, apiKey: null, apiKeyHeader: null },
    { client, secrets: { open: () => '' }, signal: AbortSignal.timeout(10_000) },
  ).then(
    ({ status }) => status,
    (error: Error) => error.message,
  );
}

describe('the sample’s services', () => {
  it('are six, and show each adapter twice', () => {
    const adapters = SAMPLE_SERVICES.map(({ input }) => input.adapter);
    expect(adapters).toEqual(ADAPTERS.flatMap((adapter) => [adapter, adapter]));
  });

  it('are found healthy but for one that is degraded and one that fails', async () => {
    const all = await Promise.all(SAMPLE_SERVICES.map(found));
    expect(all).toEqual(['ok', 'degraded', 'ok', 'ok', 'ok', 'It answered 503.']);
  });

  it('are all that their server answers for', async () => {
    const { status } = await client.request({
      ...{ url: `http://${host}/`, timeoutMs: 10_000, maxBytes: 1_000 },
    });
    expect(status).toBe(404);
  });
});
