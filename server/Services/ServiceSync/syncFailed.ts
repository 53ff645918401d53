import type { SyncErrorCode } from '../../models/ServiceLogModel.ts';
import type { EgressError, EgressErrorCode } from '../Egress/egressError.ts';
import { askedDelayMs } from '../HttpTasks/retryDelay.ts';
import { verdictOf, verdictWithoutAnswer } from '../HttpTasks/retryTable.ts';

/** A service could not be read; the message is for people and holds no secret. */
export class SyncFailed extends Error {
  override readonly name = 'SyncFailed';
  readonly code: SyncErrorCode;
  readonly reason: string;
  /** Whether another try may mend it. */
  readonly retry: boolean;
  /** The answer asks not to be called for so long, in milliseconds; null when it does not. */
  readonly askedMs: number | null;
  readonly latencyMs: number | null;

  constructor(
    failure: { code: SyncErrorCode; reason: string; retry: boolean } & Partial<
      Pick<SyncFailed, 'askedMs' | 'latencyMs'>
    >,
    message: string,
  ) {
    super(message);
    this.code = failure.code;
    this.reason = failure.reason;
    this.retry = failure.retry;
    this.askedMs = failure.askedMs ?? null;
    this.latencyMs = failure.latencyMs ?? null;
  }
}

const TOO_MANY_REQUESTS = 429;

/** What a status means that is no success; null for success. */
export function failureOfStatus(
  status: number,
  retryAfter: unknown,
  latencyMs: number,
): SyncFailed | null {
  const verdict = verdictOf(status, null);
  if (verdict === 'completed') return null;
  const isLimit = status === TOO_MANY_REQUESTS;
  return new SyncFailed(
    {
      code: 'API_ERROR',
      reason: isLimit ? 'RATE_LIMITED' : `HTTP_${status}`,
      retry: verdict === 'retry',
      askedMs: isLimit ? askedDelayMs(retryAfter) : null,
      latencyMs,
    },
    `It answered ${status}.`,
  );
}

/** The codes that are not the network's fault. */
const CODE_OF: Partial<Record<EgressErrorCode, SyncErrorCode>> = {
  ADDRESS_REFUSED: 'SERVICE_ERROR',
  INVALID_REQUEST: 'SERVICE_ERROR',
  TOO_MANY_REDIRECTS: 'API_ERROR',
  REDIRECT_REFUSED: 'API_ERROR',
  PROTOCOL_ERROR: 'API_ERROR',
};

/** What the lack of an answer means. */
export function failureWithoutAnswer({ code, message, timings }: EgressError): SyncFailed {
  return new SyncFailed(
    {
      code: CODE_OF[code] ?? 'NETWORK_ERROR',
      reason: code,
      retry: verdictWithoutAnswer(code) === 'retry',
      latencyMs: timings?.totalMs ?? null,
    },
    message,
  );
}
