import type { UserDoc } from '../../models/UserModel.ts';
import type { UserSummaryDoc } from '../../models/UserSummaryModel.ts';
import { formatDollars } from '../CustomerScoring/money.ts';

const day = (at: Date | null) => at?.toISOString().slice(0, 10) ?? 'never';
const weeks = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const chance = new Intl.NumberFormat('en', { style: 'percent' });

/** A user and their summary in a few lines for people: here, and only here, amounts are rounded. */
export function describeUser(user: UserDoc, summary: UserSummaryDoc | null): string[] {
  const { externalId, _id, email, timezone, active } = user;
  const who = `User ${externalId} (${_id.toHexString()}), ${email ?? 'no e-mail'}, ${timezone}, ${active ? 'active' : 'not active'}`;
  if (summary === null) return [who, 'Not scored yet.'];

  const { asOf, segment, pAlive, purchases, frequency, ageWeeks } = summary;
  const alive = pAlive === null ? '' : `, still a customer with ${chance.format(pAlive)}`;
  const standing = `As of ${asOf}: ${segment}${alive}`;
  if (purchases === 0) return [who, standing, 'No purchases.'];
  const days = frequency + 1;
  return [
    who,
    standing,
    `${counted(purchases, 'purchase')} on ${counted(days, 'day')}, from ${day(summary.firstPurchaseAt)} to ${day(summary.lastPurchaseAt)}; a customer for ${weeks.format(ageWeeks)} weeks`,
    `${formatDollars(summary.totalSpend)} in all, ${formatDollars(summary.monetary)} on a day of return`,
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
