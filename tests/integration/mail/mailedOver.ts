import { DateTime } from 'luxon';
import { MailModel } from '../../../server/models/MailModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { UserSummaryModel } from '../../../server/models/UserSummaryModel.ts';
import { provideEnqueuer } from '../../../server/Services/BackgroundJobs/enqueue.ts';
import { trialReminderProcessor } from '../../../server/Services/BackgroundJobs/jobs/trialReminder/trialReminder.processor.ts';
import { trialReminderSource } from '../../../server/Services/BackgroundJobs/jobs/trialReminder/trialReminder.source.ts';
import { weeklyEmailProcessor } from '../../../server/Services/BackgroundJobs/jobs/weeklyEmail/weeklyEmail.processor.ts';
import { weeklyEmailSource } from '../../../server/Services/BackgroundJobs/jobs/weeklyEmail/weeklyEmail.source.ts';
import { TRIAL, type UserMailKind, WEEKLY } from '../../../server/Services/UserMails/dueMails.ts';
import { SILENT } from '../core/installation.ts';

const ZONES = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'America/Los_Angeles', 'Asia/Tokyo'],
  ...['Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns'],
];
const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
const KINDS = [
  { kind: WEEKLY, source: weeklyEmailSource, processor: weeklyEmailProcessor },
  { kind: TRIAL, source: trialReminderSource, processor: trialReminderProcessor },
];

const context = {
  ...{ jobId: 'j', runId: 'r', runSeq: 1, attempt: 1, idempotencyKey: 'j', log: SILENT },
  signal: new AbortController().signal,
  ...{ progress: () => undefined, logLine: () => undefined },
};

/** A mail: to whom, of what, and the local time at which it was due or put into the outbox. */
export interface LocalMail {
  user: string;
  list: string;
  /** As `2026-03-30 08:00`. */
  at: string;
}

/** Makes users of eight zones: one who gets weekly mail, and one whose trial ends each so many days. */
async function makeUsers(from: Date, until: Date, trialEveryDays: number): Promise<void> {
  for (const timezone of ZONES) {
    const common = { email: 'ann@mail.test', timezone, active: true };
    const weekly = await UserModel.create({ ...common, externalId: `${timezone} weekly` });
    await UserSummaryModel.create({
      ...{ userId: weekly._id, asOf: '2026-01-01', runSeq: 1, frequency: 0, recencyWeeks: 0 },
      ...{ ageWeeks: 0, monetary: 0, totalSpend: 5, pAlive: null, segment: 'new', purchases: 1 },
      ...{ firstPurchaseAt: null, lastPurchaseAt: null },
    });
    for (
      let end = from.getTime() + 5 * DAY_MS;
      end < until.getTime();
      end += trialEveryDays * DAY_MS
    ) {
      const trialEndsAt = new Date(end + 5 * 3_600_000);
      const externalId = `${timezone} ${trialEndsAt.toISOString()}`;
      await UserModel.create({ ...common, externalId, trialEndsAt, unsubscribed: ['weekly'] });
    }
  }
}

/**
 * Lets each quarter of an hour of a span pass as the schedules let it, each slot twice as after a
 * crash, and answers what is in the outbox and what should be, by an account of its own.
 */
export async function mailedOver(
  from: Date,
  until: Date,
  trialEveryDays: number,
): Promise<{ mailed: LocalMail[]; expected: LocalMail[] }> {
  await makeUsers(from, until, trialEveryDays);
  const users = new Map(
    (await UserModel.find({}).lean()).map((user) => [user._id.toHexString(), user]),
  );
  const forget = provideEnqueuer({
    enqueue: async () => ({ jobId: 'j', became: 'accepted' }),
    enqueueMany: async () => [],
  });
  const mailed: LocalMail[] = [];
  for (let slot = from.getTime() + QUARTER_MS; slot <= until.getTime(); slot += QUARTER_MS) {
    const span = { from: new Date(slot - QUARTER_MS), until: new Date(slot) };
    for (const each of KINDS.filter(({ kind }) => isDueSomewhere(kind, span))) {
      const before = await MailModel.countDocuments();
      const sent = [await passSlot(each, span), await passSlot(each, span)].flat();
      if ((await MailModel.countDocuments()) !== before + sent.length)
        throw new Error('mail twice');
      for (const userId of sent) {
        const user = users.get(userId);
        const at = DateTime.fromMillis(slot, { zone: user?.timezone }).toFormat(FORMAT);
        mailed.push({ user: user?.externalId ?? '', list: each.kind.list, at });
      }
    }
  }
  forget();
  const expected = [...users.values()].flatMap((user) => expectedOf(user, from, until));
  return { mailed: mailed.toSorted(inOrder), expected: expected.toSorted(inOrder) };
}

const FORMAT = 'yyyy-MM-dd HH:mm';

/** The quarters of an hour in which it is eight on a Monday, or nine, somewhere; no other is looked at. */
function isDueSomewhere({ list }: UserMailKind, { until }: { until: Date }): boolean {
  return ZONES.some((zone) => {
    const local = DateTime.fromJSDate(until, { zone });
    const atTime = local.hour === (list === 'weekly' ? 8 : 9) && local.minute < 15;
    return atTime && (list !== 'weekly' || local.weekday === 1);
  });
}

/** @returns the users whose work had an effect. */
async function passSlot(
  { source, processor }: (typeof KINDS)[number],
  span: { from: Date; until: Date },
): Promise<string[]> {
  const input = { from: span.from.toISOString(), until: span.until.toISOString() };
  const open = source.open({ input, selection: null });
  const sent: string[] = [];
  for (const userId of await open.next(null, 1_000)) {
    const { effects } = await processor({ userId, ...input }, context);
    if (effects === 1) sent.push(userId);
  }
  return sent;
}

type Expecting = { externalId: string; timezone: string; trialEndsAt?: Date };

/** By a walk through the user's calendar, day by day. */
function expectedOf(
  { externalId: user, timezone: zone, trialEndsAt }: Expecting,
  from: Date,
  until: Date,
) {
  const expected: LocalMail[] = [];
  const end = trialEndsAt && DateTime.fromJSDate(trialEndsAt, { zone });
  for (
    let day = DateTime.fromJSDate(from, { zone }).startOf('day');
    day.toMillis() <= until.getTime();
    day = day.plus({ days: 1 })
  ) {
    const due = end === undefined ? day.set({ hour: 8 }) : day.set({ hour: 9 });
    if (due.toMillis() <= from.getTime() || due.toMillis() > until.getTime()) continue;
    const isMonday = end === undefined && due.weekday === 1;
    const isReminder = [3, 1].some((days) => end?.minus({ days }).hasSame(day, 'day') === true);
    const list = isMonday ? 'weekly' : 'trial';
    if (isMonday || isReminder) expected.push({ user, list, at: due.toFormat(FORMAT) });
  }
  return expected;
}

function inOrder(one: LocalMail, other: LocalMail): number {
  return `${one.user} ${one.at}`.localeCompare(`${other.user} ${other.at}`);
}
