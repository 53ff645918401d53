import { AccountModel } from '../../../models/AccountModel.ts';
import { sendMail } from '../jobs/email/sendMail.ts';

/** A change of state that people should hear of. */
export interface Notice {
  /** Names this change alone, such as `health-redis-down-2026-11-27T11:00:00.000Z`: it is told once. */
  readonly key: string;
  readonly title: string;
  /** What happened, and what to do. */
  readonly lines: readonly string[];
}

/** A way by which notices reach people. */
type Channel = (notice: Notice) => Promise<unknown>;

/** A new way is one line here. Each delivers by a job of its own, with retries of its own. */
const CHANNELS: readonly Channel[] = [mailAdministrators];

/**
 * Tells of a change by every channel. Called again with the same key it tells nobody twice.
 * @throws AggregateError when channels could not take it; the others have it all the same.
 */
export async function notify(notice: Notice): Promise<void> {
  const told = await Promise.allSettled(CHANNELS.map((tell) => tell(notice)));
  const failures = told.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  if (failures.length > 0)
    throw new AggregateError(failures, `Not everybody heard: ${notice.title}`);
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
