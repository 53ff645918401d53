import { allowanceOf } from '../../../../config/egressAllowance.ts';
import type { Env } from '../../../../config/env.ts';
import { createEgressClient } from '../../../Egress/egressClient.ts';
import { EgressError } from '../../../Egress/egressError.ts';
import { askedDelayMs } from '../../../HttpTasks/retryDelay.ts';
import { verdictOf, verdictWithoutAnswer } from '../../../HttpTasks/retryTable.ts';
import {
  type Notice,
  type NoticeForm,
  signedCall,
  slackCall,
} from '../../../Outbound/noticeCall.ts';
import type { WorkerPlatform } from '../../queues/catalogue.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import { Cancelled, FailNow, RetryLater } from '../outcomes.ts';
import type { noticeWebhookJob } from './noticeWebhook.job.ts';

const TIMEOUT_MS = 15_000;
const MOST_BYTES = 4_096;

/** Posts the notice in the receiver's form, through the guarded client. */
export function loadNoticeWebhookProcessor({
  env,
}: WorkerPlatform): ProcessorOf<typeof noticeWebhookJob> {
  const client = createEgressClient({
    allowance: allowanceOf(env),
  });
  return async ({ form, notice }, { signal }) => {
    const { status, headers } = await client
      .request({
        ...callOf(form, notice, env),
        ...{ method: 'POST', timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES, signal },
      })
      .catch((error: unknown) => {
        if (!(error instanceof EgressError)) throw error;
        throw verdictWithoutAnswer(error.code) === 'fail'
          ? new FailNow(error.code, error.message)
          : error;
      });
    const verdict = verdictOf(status, null);
    if (verdict === 'completed') return { status };
    const message = `The receiver of notices (${form}) answered ${status}.`;
    if (verdict === 'fail') throw new FailNow('NOTICE_REFUSED', message);
    const askedMs = askedDelayMs(headers['retry-after']);
    throw askedMs === null ? new Error(message) : new RetryLater(askedMs, message);
  };
}

function callOf(form: NoticeForm, notice: Notice, env: Env) {
  if (form === 'slack' && env.NOTIFY_SLACK_WEBHOOK_URL !== undefined) {
    return { url: env.NOTIFY_SLACK_WEBHOOK_URL, ...slackCall(notice) };
  }
  const { NOTIFY_WEBHOOK_URL: url, NOTIFY_WEBHOOK_SECRET: secret } = env;
  if (form === 'signed' && url !== undefined && secret !== undefined) {
    return { url, ...signedCall(notice, secret, Date.now()) };
  }
  throw new Cancelled(`The webhook of notices (${form}) is not set any more.`);
}
