import { AppError } from '../../errors/AppError.ts';
import type { ServiceDoc } from '../../models/ServiceModel.ts';
import type { EgressClient } from '../Egress/egressClient.ts';
import { EgressError } from '../Egress/egressError.ts';
import type { SecretBox } from '../Secrets/secretBox.ts';
import { ADAPTER_OF } from './adapters.ts';
import { type Reading, shortened, UnexpectedAnswer } from './reading.ts';
import { failureOfStatus, failureWithoutAnswer, SyncFailed } from './syncFailed.ts';

/** What an API key is sealed for. */
export const API_KEY_SECRET = 'service-api-key';

interface Options {
  client: Pick<EgressClient, 'request'>;
  secrets: Pick<SecretBox, 'open'>;
  signal: AbortSignal;
}

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 1024 * 1024;
const HIDDEN = '***';

type Asked = Pick<ServiceDoc, 'url' | 'adapter' | 'settings' | 'apiKey' | 'apiKeyHeader'>;

/**
 * Asks a service how it is.
 * @throws SyncFailed when it cannot be asked or its answer is none; the signal's reason, when it was ended
 * from outside.
 */
export async function readService(
  service: Asked,
  { client, secrets, signal }: Options,
): Promise<Reading & { latencyMs: number }> {
  const adapter = ADAPTER_OF[service.adapter];
  const apiKey = openKey(service, secrets);
  const answer = await client
    .request({
      url: adapter.address(service.url),
      headers: headersOf(service, apiKey),
      ...{ timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES, signal },
    })
    .catch((error: unknown) => {
      throw error instanceof EgressError ? failureWithoutAnswer(error) : error;
    });
  const latencyMs = answer.timings.totalMs;
  const failure = failureOfStatus(answer.status, answer.headers['retry-after'], latencyMs);
  if (failure !== null) throw failure;
  if (answer.cut && adapter.readsBody) {
    throw new SyncFailed(
      { code: 'API_ERROR', reason: 'ANSWER_TOO_LARGE', retry: false, latencyMs },
      `Its answer is larger than ${MOST_BYTES} bytes.`,
    );
  }
  // A service that repeats the key must not bring it into the logs.
  const text = adapter.readsBody ? answer.body.toString('utf8') : '';
  const body = apiKey === null ? text : text.replaceAll(apiKey, HIDDEN);
  const { certificateValidTo } = answer;
  try {
    return {
      ...adapter.read({ body, latencyMs, certificateValidTo }, service.settings),
      latencyMs,
    };
  } catch (error) {
    if (!(error instanceof UnexpectedAnswer)) throw error;
    throw new SyncFailed(
      { code: 'API_ERROR', reason: 'INVALID_ANSWER', retry: true, latencyMs },
      shortened(error.message),
    );
  }
}

function openKey({ apiKey }: Asked, secrets: Pick<SecretBox, 'open'>): string | null {
  if (apiKey === null) return null;
  try {
    return secrets.open(apiKey, API_KEY_SECRET);
  } catch (error) {
    const reason = error instanceof AppError ? error.code : 'KEY_UNREADABLE';
    const message = error instanceof Error ? error.message : String(error);
    throw new SyncFailed({ code: 'SERVICE_ERROR', reason, retry: false }, message);
  }
}

function headersOf({ apiKeyHeader }: Asked, apiKey: string | null): Record<string, string> {
  const accept = { accept: 'application/json, */*;q=0.5' };
  if (apiKey === null) return accept;
  return apiKeyHeader === null
    ? { ...accept, authorization: `Bearer ${apiKey}` }
    : { ...accept, [apiKeyHeader]: apiKey };
}
