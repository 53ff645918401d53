import type { Env } from '../../../config/env.ts';
import { AccountModel } from '../../../models/AccountModel.ts';
import type { Notice, NoticeForm } from '../../Outbound/noticeCall.ts';
import { enqueue } from '../enqueue.ts';
import { sendMail } from '../jobs/email/sendMail.ts';
import { noticeWebhookJob } from '../jobs/noticeWebhook/noticeWebhook.job.ts';

/** A way by which notices reach people. */
type Channel = (notice: Notice) => Promise<unknown>;

let webhooksOfThisProcess: readonly NoticeForm[] = [];

/** Makes `notify` tell the webhooks that are set, besides mail. */
export function provideNoticeWebhooks(
  env: Pick<Env, 'NOTIFY_SLACK_WEBHOOK_URL' | 'NOTIFY_WEBHOOK_URL'>,
): void {
  webhooksOfThisProcess = [
    ...(env.NOTIFY_SLACK_WEBHOOK_URL === undefined ? [] : ['slack' as const]),
    ...(env.NOTIFY_WEBHOOK_URL === undefined ? [] : ['signed' as const]),
  ];
}

/** A new way is one line here. Each delivers by a job of its own, with retries of its own. */
function channels(): Channel[] {
  return [mailAdministrators, ...webhooksOfThisProcess.map(webhook)];
}

/**
 * Tells of a change by every channel. Called again with the same key it tells nobody twice.
 * @throws AggregateError when channels could not take it; the others have it all the same.
 */
export async function notify(notice: Notice): Promise<void> {
  const told = await Promise.allSettled(channels().map((tell) => tell(notice)));
  const failures = told.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  if (failures.length > 0)
    throw new AggregateError(failures, `Not everybody heard: ${notice.title}`);
}

function webhook(form: NoticeForm): Channel {
  return (notice) =>
    enqueue(
      noticeWebhookJob,
      { form, notice: { ...notice, lines: [...notice.lines] } },
      { key: `${form}-${notice.key}` },
    );
}

async function mailAdministrators({ key, title, lines }: Notice): Promise<void> {
  const administrators = await AccountModel.find(
    { role: 'admin', disabledAt: null },
    { email: 1 },
  ).lean();
  for (const { _id, email } of administrators) {
    await sendMail({
      key: `notice-${key}-${_id.toHexString()}`,
      template: 'notice',
      to: email,
      data: { title, lines: [...lines] },
    });
  }
}
