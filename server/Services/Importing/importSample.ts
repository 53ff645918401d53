import { ImportModel } from '../../models/ImportModel.ts';
import { SAMPLE_SOURCE } from '../../models/PurchaseModel.ts';
import { dayNumber, dayStart } from '../CustomerScoring/utcDay.ts';
import { ensureImportIndexes } from './importIndexes.ts';
import { addCounts, emptyTotals, type ImportTotals } from './importTotals.ts';
import { inBatches } from './lines.ts';
import type { StartProgress } from './progress.ts';
import type { UserRow } from './rowSchemas.ts';
import { readSample, SAMPLE_LAST_DAY, type SampleCustomer } from './sampleFile.ts';
import { type PurchaseBatch, storePurchases } from './storePurchases.ts';
import { storeUsers, usersOf } from './storeUsers.ts';

/** Relative to the project's folder, as `.env` is. */
const SAMPLE_PATH = 'data/cdnow/CDNOW_master.txt';
const CUSTOMERS_PER_BATCH = 500;

/** Made up, as the e-mail addresses are: the sample has neither. */
const TIMEZONES = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kolkata', 'Asia/Tokyo'];

interface SampleOptions {
  /** The days of 1997 and 1998 as they were; else all are shifted so that the last is yesterday. */
  readonly keepDates: boolean;
  readonly startProgress: StartProgress;
  readonly path?: string;
  readonly now?: Date;
}

interface SampleReport {
  readonly totals: ImportTotals;
  /** The UTC day of the last purchase as imported, `YYYY-MM-DD`. */
  readonly lastDay: string;
}

/**
 * Imports CDNOW's 23,570 customers and 69,659 purchases. Repeated with the same dates it changes
 * nothing; with other dates it replaces the sample's purchases, and nobody else's. Interrupted, it
 * is completed by running it again. Users who are there already stay as they are.
 * @throws as readSample does.
 */
export async function importSample({
  keepDates,
  startProgress,
  path = SAMPLE_PATH,
  now = new Date(),
}: SampleOptions): Promise<SampleReport> {
  const shiftDays = keepDates ? 0 : dayNumber(now) - 1 - dayNumber(dayStart(SAMPLE_LAST_DAY));
  const totals = emptyTotals();

  await ensureImportIndexes();
  await markBegun();
  const progress = startProgress('Sample');
  try {
    let after = 0;
    for await (const batch of inBatches(readSample(path), CUSTOMERS_PER_BATCH)) {
      const last = batch.at(-1);
      const upTo = last?.purchases.at(-1)?.line ?? after;
      await storeCustomers(batch, { lines: { after, upTo }, shiftDays }, totals);
      after = upTo;
      progress.update(last?.progress ?? 1, upTo);
    }
  } finally {
    progress.stop();
  }
  await markFinished();
  const lastDay = shifted(dayStart(SAMPLE_LAST_DAY), shiftDays).toISOString().slice(0, 10);
  return { totals, lastDay };
}

/** Whether an import of the sample was begun and did not come to its end. */
export async function isSampleUnfinished(): Promise<boolean> {
  return (await ImportModel.exists({ _id: SAMPLE_SOURCE, finishedAt: null })) !== null;
}

async function markBegun(): Promise<void> {
  await ImportModel.updateOne(
    { _id: SAMPLE_SOURCE },
    { $set: { startedAt: new Date(), finishedAt: null } },
    { upsert: true },
  );
}

async function markFinished(): Promise<void> {
  await ImportModel.updateOne({ _id: SAMPLE_SOURCE }, { $set: { finishedAt: new Date() } });
}

interface Placing {
  readonly lines: PurchaseBatch['lines'];
  readonly shiftDays: number;
}

async function storeCustomers(
  customers: readonly SampleCustomer[],
  { lines, shiftDays }: Placing,
  totals: ImportTotals,
): Promise<void> {
  const users = customers.map(({ customer }) => sampleUser(customer));
  const { deleting: _deleting, ...stored } = await storeUsers(users, { update: false });
  addCounts(totals.users, stored);
  const known = await usersOf(users.map(({ externalId }) => externalId));

  const purchases = customers.flatMap(({ customer, purchases: own }) => {
    const user = known.get(customer);
    // Gone again, or about to be: somebody deletes it at this moment.
    if (user === undefined || user.deletedAt !== undefined) return [];
    return own.map(({ line, purchasedAt, amountCents, items }) => ({
      line,
      key: line,
      userId: user._id,
      purchasedAt: shifted(purchasedAt, shiftDays),
      amountCents,
      items,
    }));
  });
  const batch = { source: SAMPLE_SOURCE, purchases, lines, hasIds: false, replace: true };
  const { conflicts: _, ...counts } = await storePurchases(batch);
  addCounts(totals.purchases, counts);
}

function shifted(day: Date, days: number): Date {
  const date = new Date(day);
  date.setUTCDate(date.getUTCDate() + days);
  return date;
}

function sampleUser(externalId: string): UserRow {
  return {
    externalId,
    email: `customer-${externalId}@example.com`,
    timezone: TIMEZONES[Number(externalId) % TIMEZONES.length] ?? 'UTC',
    active: true,
  };
}
