import { basename } from 'node:path';
import { AppError } from '../../errors/AppError.ts';
import { SAMPLE_SOURCE } from '../../models/PurchaseModel.ts';
import { type CsvRow, checkCsvHeader, readCsv } from './csvFile.ts';
import { ensureImportIndexes } from './importIndexes.ts';
import { addCounts, emptyTotals, type ImportTotals } from './importTotals.ts';
import { inBatches } from './lines.ts';
import type { Progress, StartProgress } from './progress.ts';
import type { RefusalLog, Refuse } from './refusals.ts';
import { type PurchaseRow, purchaseRowSchema, userRowSchema } from './rowSchemas.ts';
import { type PurchaseLine, removePurchasesAfter, storePurchases } from './storePurchases.ts';
import { storeUsers, usersOf } from './storeUsers.ts';

const BATCH_SIZE = 1000;
const BEING_DELETED = {
  field: 'externalId',
  reason:
    'is of a user whose deletion was interrupted: finish it with ' +
    'npm run user -- delete <externalId>, then import the file again',
};

interface FilesOptions {
  readonly usersPath: string;
  readonly purchasesPath: string;
  /** Names the purchases, with their lines; by default the name of their file. */
  readonly source?: string | undefined;
  /** What an earlier import of this source brought, and these files say otherwise, gives way. */
  readonly replace: boolean;
  readonly refusals: RefusalLog;
  readonly startProgress: StartProgress;
}

/**
 * Imports the owner's users and purchases, in constant memory. Bad lines are refused with their
 * reasons, the good ones kept. The same files again double nothing: a user is known by externalId
 * and takes on what the file says now; a purchase is known by source and line, and a line that says
 * otherwise than before is refused unless `replace` is set: it may well be another file of the same
 * name.
 * @throws AppError VALIDATION_FAILED, before anything is stored, for a header that lacks a column or
 * a source that is the sample's; the system's error for a file that cannot be read.
 */
export async function importFiles(options: FilesOptions): Promise<ImportTotals> {
  const { usersPath, purchasesPath, source = basename(purchasesPath) } = options;
  if (source === SAMPLE_SOURCE) {
    throw new AppError(
      'VALIDATION_FAILED',
      `"${source}" names the sample's purchases: give yours another name with --source.`,
    );
  }
  await checkCsvHeader(usersPath, userRowSchema);
  await checkCsvHeader(purchasesPath, purchaseRowSchema);
  await ensureImportIndexes();
  const totals = emptyTotals();
  await importUsers(options, totals);
  await importPurchases({ ...options, source }, totals);
  return totals;
}

async function importUsers(options: FilesOptions, totals: ImportTotals): Promise<void> {
  const { usersPath, refusals, startProgress } = options;
  const refuse = refusals.of(usersPath);
  const rows = readCsv(usersPath, userRowSchema, refuse);
  await eachBatch(rows, startProgress('Users'), async (batch) => {
    const users = batch.map(({ row }) => row);
    const { deleting, ...counts } = await storeUsers(users, { update: true });
    for (const { line, row } of batch) {
      if (deleting.includes(row.externalId)) refuse({ line, problems: [BEING_DELETED] });
    }
    addCounts(totals.users, counts);
  });
}

async function importPurchases(
  options: FilesOptions & { source: string },
  totals: ImportTotals,
): Promise<void> {
  const { purchasesPath, source, replace, refusals, startProgress } = options;
  const refuse = refusals.of(purchasesPath);
  const rows = readCsv(purchasesPath, purchaseRowSchema, refuse);
  let after = 0;
  await eachBatch(rows, startProgress('Purchases'), async (batch) => {
    const upTo = batch.at(-1)?.line ?? after;
    const purchases = await ofKnownUsers(batch, refuse);
    const { conflicts, ...counts } = await storePurchases({
      source,
      purchases,
      lines: { after, upTo },
      replace,
    });
    const reason =
      `is another purchase than in an earlier import of ${source}: ` +
      'import the file with --source <another name>, or in place of the earlier one with --replace';
    for (const line of conflicts) refuse({ line, problems: [{ field: null, reason }] });
    addCounts(totals.purchases, counts);
    after = upTo;
  });
  // A file without one good line is rather a mistake than the wish to lose all.
  if (replace && after > 0) {
    totals.purchases.removed += await removePurchasesAfter(source, after);
  }
}

async function ofKnownUsers(
  batch: readonly CsvRow<PurchaseRow>[],
  refuse: Refuse,
): Promise<PurchaseLine[]> {
  const users = await usersOf(batch.map(({ row }) => row.externalId));
  const purchases: PurchaseLine[] = [];
  for (const { line, row } of batch) {
    const user = users.get(row.externalId);
    if (user === undefined) {
      refuse({ line, problems: [{ field: 'externalId', reason: 'belongs to no user' }] });
      continue;
    }
    if (user.deletedAt !== undefined) {
      refuse({ line, problems: [BEING_DELETED] });
      continue;
    }
    const { purchasedAt, amount, items } = row;
    purchases.push({ line, userId: user._id, purchasedAt, amountCents: amount, items });
  }
  return purchases;
}

async function eachBatch<Row>(
  rows: AsyncIterable<CsvRow<Row>>,
  progress: Progress,
  store: (batch: readonly CsvRow<Row>[]) => Promise<void>,
): Promise<void> {
  let lines = 0;
  try {
    for await (const batch of inBatches(rows, BATCH_SIZE)) {
      await store(batch);
      lines += batch.length;
      progress.update(batch.at(-1)?.progress ?? 1, lines);
    }
  } finally {
    progress.stop();
  }
}
