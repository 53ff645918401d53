import { type UserDoc, UserModel } from '../../models/UserModel.ts';
import type { MailList } from '../Mail/mailLists.ts';
import { calendarDays, isoWeek, lastDue, type Span } from './localTimes.ts';
import { markedAmong } from './mailMarks.ts';

type Recipient = Pick<UserDoc, '_id' | 'email' | 'timezone' | 'trialEndsAt'>;

/** A kind of mail that each user gets once for a time of their own zone. */
export interface UserMailKind {
  readonly list: MailList;
  /** When it is due, read in the user's zone. */
  readonly expression: string;
  /** What of all users may be meant, for the query. */
  among(span: Span): Record<string, unknown>;
  /** Names the mail that falls due for this user at this instant; null for none. */
  keyFor(user: Recipient, due: Date): string | null;
}

/** Each Monday at 08:00: one for each ISO week, whatever zone the user is in by then. */
export const WEEKLY: UserMailKind = {
  list: 'weekly',
  expression: '0 8 * * 1',
  among: () => ({}),
  keyFor: ({ _id, timezone }, due) => `weekly-${_id.toHexString()}-${isoWeek(due, timezone)}`,
};

const DAY_MS = 86_400_000;
/** Days before the end of a trial at which its user is reminded. */
const REMINDED = [3, 1];

/** At 09:00, three days and one day of the user's calendar before the trial ends. */
export const TRIAL: UserMailKind = {
  list: 'trial',
  expression: '0 9 * * *',
  among: ({ from, until }) => ({
    trialEndsAt: { $gt: from, $lt: new Date(until.getTime() + 5 * DAY_MS) },
  }),
  keyFor({ _id, timezone, trialEndsAt }, due) {
    if (trialEndsAt === undefined || trialEndsAt <= due) return null;
    const days = calendarDays(due, trialEndsAt, timezone);
    if (!REMINDED.includes(days)) return null;
    return `trial-${_id.toHexString()}-${trialEndsAt.toISOString().slice(0, 10)}-${days}`;
  },
};

/** What is due for a user within a span; null for nothing. */
export function dueMail(
  { list, expression, keyFor }: UserMailKind,
  user: Recipient,
  span: Span,
): { key: string; list: MailList; due: Date } | null {
  const due = lastDue(expression, user.timezone, span);
  const key = due === null ? null : keyFor(user, due);
  return due === null || key === null ? null : { key, list, due };
}

/**
 * The users after this id, at most `limit`, for whom a mail of the kind fell due within a span and who
 * have not had it, in order of id. Users who unsubscribed are left out.
 */
export async function usersToMail(
  kind: UserMailKind,
  span: Span,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const zones = await zonesDue(kind, span);
  if (zones.length === 0) return [];
  for (let beyond = after; ; ) {
    const users = await UserModel.find(
      {
        ...{ timezone: { $in: zones }, active: true, deletedAt: null, email: { $ne: null } },
        ...{ unsubscribed: { $ne: kind.list }, ...kind.among(span) },
        ...(beyond === null ? {} : { _id: { $gt: beyond } }),
      },
      { email: 1, timezone: 1, trialEndsAt: 1 },
    )
      .sort({ _id: 1 })
      .limit(limit)
      .lean();
    const due = users.flatMap((user) => {
      const mail = dueMail(kind, user, span);
      return mail === null ? [] : [{ userId: user._id.toHexString(), key: mail.key }];
    });
    const marked = await markedAmong(due.map(({ key }) => key));
    const unmarked = due.filter(({ key }) => !marked.has(key)).map(({ userId }) => userId);
    if (unmarked.length > 0 || users.length < limit) return unmarked;
    beyond = users.at(-1)?._id.toHexString() ?? null;
  }
}

async function zonesDue({ expression }: UserMailKind, span: Span): Promise<string[]> {
  const zones = await UserModel.distinct('timezone', { active: true });
  return zones.filter((zone) => lastDue(expression, zone, span) !== null);
}

/** A user as a mail's job needs them; null for one who is to get none. */
export async function findRecipient(
  userId: string,
): Promise<(Recipient & { email: string }) | null> {
  const user = await UserModel.findOne(
    { _id: userId, active: true, deletedAt: null },
    { email: 1, timezone: 1, trialEndsAt: 1 },
  ).lean();
  return user === null || user.email === null ? null : { ...user, email: user.email };
}
