import type { TextRedactor } from '../../config/redaction.ts';
import type { HttpAttempt } from '../../models/HttpExecutionModel.ts';
import type { HttpJobDoc } from '../../models/HttpJobModel.ts';
import type { EgressAnswer, EgressClient } from '../Egress/egressClient.ts';
import { EgressError } from '../Egress/egressError.ts';
import type { OutgoingCall } from './outgoingCall.ts';
import { askedDelayMs } from './retryDelay.ts';
import { isHostFailure, type Verdict, verdictOf, verdictWithoutAnswer } from './retryTable.ts';

/** How one call ended, and what it means. */
export interface Called {
  attempt: Omit<HttpAttempt, 'worker'>;
  verdict: Verdict;
  /** How long the answer asks to wait, in milliseconds. */
  askedMs: number | null;
}

interface Options {
  client: Pick<EgressClient, 'request'>;
  signal: AbortSignal;
  redact: TextRedactor;
}

/** Bytes of an answer that are kept. */
const KEPT_BYTES = 4_096;
/** Bytes of an answer that are read and counted; a longer one is cut off. */
const READ_BYTES = 10 * 1024 * 1024;

/**
 * Makes one call and says what its end means.
 * @throws the signal's reason, when the call was ended from outside.
 */
export async function callOnce(
  job: Pick<HttpJobDoc, 'timeoutSeconds' | 'retryOn'>,
  call: OutgoingCall,
  { client, signal, redact }: Options,
): Promise<Called> {
  const startedAt = new Date();
  const timeoutMs = job.timeoutSeconds * 1_000;
  try {
    const answer = await client.request({
      ...call,
      timeoutMs,
      ...{ maxBytes: READ_BYTES, keptBytes: KEPT_BYTES },
      signal,
    });
    const { status, timings, bytes, redirects } = answer;
    const verdict = verdictOf(status, job.retryOn);
    const asked = askedDelayMs(answer.headers['retry-after']);
    return {
      verdict,
      askedMs: verdict === 'retry' ? asked : null,
      attempt: {
        ...{ startedAt, finishedAt: new Date(), status, timings, bytes, redirects },
        outcome: verdict === 'completed' ? 'completed' : 'failed',
        error:
          verdict === 'completed'
            ? null
            : { code: `HTTP_${status}`, message: `The answer was ${status}.` },
        answer: redact(textOf(answer)),
        hostFailure: isHostFailure({ status }),
      },
    };
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    const { code, timings } = error;
    return {
      verdict: verdictWithoutAnswer(code),
      askedMs: null,
      attempt: {
        ...{ startedAt, finishedAt: new Date(), status: null, timings, bytes: 0, redirects: 0 },
        outcome: 'failed',
        error: { code, message: redact(error.message) },
        answer: null,
        hostFailure: isHostFailure({ code }),
      },
    };
  }
}

/** What is no text is told by its length alone. */
function textOf({ body, bytes }: EgressAnswer): string {
  const text = body.toString('utf8');
  return text.includes('\u0000') ? `[${bytes} bytes that are no text]` : text;
}
