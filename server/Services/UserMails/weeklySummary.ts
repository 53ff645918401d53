import { PurchaseModel } from '../../models/PurchaseModel.ts';
import { UserSummaryModel } from '../../models/UserSummaryModel.ts';
import { formatCents } from '../Commerce/amounts.ts';
import type { MailData } from '../Mail/templates.ts';

const WEEK_MS = 7 * 86_400_000;

/** What a user's mail tells of the seven days before `due`; null for a user without a summary. */
export async function weeklySummary(
  userId: string,
  due: Date,
): Promise<MailData<'weekly-summary'> | null> {
  const summary = await UserSummaryModel.findOne({ userId }).lean();
  if (summary === null) return null;
  const since = new Date(due.getTime() - WEEK_MS);
  const purchases = await PurchaseModel.find(
    { userId, purchasedAt: { $gte: since, $lt: due } },
    { amountCents: 1 },
  ).lean();
  const cents = purchases.reduce((sum, { amountCents }) => sum + amountCents, 0);
  return {
    purchases: purchases.length,
    spent: formatCents(cents),
    total: summary.totalSpend.toFixed(2),
    segment: summary.segment.replace('_', ' '),
    asOf: summary.asOf,
  };
}
