import { PurchaseModel } from '../../models/PurchaseModel.ts';
import {
  beyondFile,
  comparePurchases,
  type ImportedPurchase,
  storedPurchases,
} from './comparePurchases.ts';
import type { CsvFile, CsvRow } from './csvFile.ts';
import { eachBatch } from './eachBatch.ts';
import { KeyTable } from './keyTable.ts';
import type { StartProgress } from './progress.ts';
import type { RefusalLog } from './refusals.ts';
import type { PurchaseRow, purchaseRowSchema, userRowSchema } from './rowSchemas.ts';
import { usersOf } from './storeUsers.ts';

const BEING_DELETED = {
  field: 'externalId',
  reason:
    'is of a user whose deletion was interrupted: finish it with ' +
    'npm run user -- delete <externalId>, then import the file again',
};

/** Two files as they are to be imported. */
export interface FilesToImport {
  readonly users: CsvFile<typeof userRowSchema>;
  readonly purchases: CsvFile<typeof purchaseRowSchema>;
  readonly source: string;
  /** Whether the purchases have ids of their own; else they are known by their lines. */
  readonly hasIds: boolean;
  readonly refusals: RefusalLog;
  readonly startProgress: StartProgress;
}

export interface CheckedFiles {
  /** Purchases that can be stored. */
  readonly purchases: number;
  /** Purchases of earlier imports of this source of which the file says otherwise, or nothing. */
  readonly contradictions: number;
  /** The lines where the purchases' ids stand first; the later ones are refused. */
  readonly ids: KeyTable;
}

/**
 * Reads both files to their ends and stores nothing. Every line that cannot be imported is refused;
 * so is, where nothing is to be replaced, every line that contradicts an earlier import.
 */
export async function checkFiles(
  files: FilesToImport,
  { replace }: { replace: boolean },
): Promise<CheckedFiles> {
  const userNames = await checkUsers(files);
  return checkPurchases(files, userNames, replace);
}

/** @returns the externalIds of the users in the file. */
async function checkUsers({ users, refusals, startProgress }: FilesToImport): Promise<KeyTable> {
  const refuse = refusals.of(users.input.path);
  const note = refusals.notesOn(users.input.path);
  const names = new KeyTable();
  const reading = { refuse, progress: startProgress('Checking users') };
  await eachBatch(users, reading, async (batch) => {
    const known = await usersOf(batch.map(({ row }) => row.externalId));
    for (const { line, row } of batch) {
      if (known.get(row.externalId)?.deletedAt !== undefined) {
        refuse({ line, problems: [BEING_DELETED] });
        continue;
      }
      const first = names.add(row.externalId, line);
      if (first !== line) note(line, `the user of line ${first} again; the last line counts.`);
    }
  });
  return names;
}

async function checkPurchases(
  { purchases, source, hasIds, refusals, startProgress }: FilesToImport,
  userNames: KeyTable,
  replace: boolean,
): Promise<CheckedFiles> {
  const refuse = refusals.of(purchases.input.path);
  const ids = new KeyTable();
  let good = 0;
  let contradictions = 0;
  let after = 0;

  function contradict(line: number, reason: string): void {
    if (replace) return;
    contradictions += 1;
    refuse({ line, problems: [{ field: null, reason }] });
  }

  const reading = { refuse, progress: startProgress('Checking purchases') };
  await eachBatch(purchases, reading, async (batch) => {
    const upTo = batch.at(-1)?.line ?? after;
    const unique = batch.filter(({ line, row }) => {
      const first = row.purchaseId === undefined ? line : ids.add(row.purchaseId, line);
      if (first === line) return true;
      const reason = `stands in line ${first} already: a purchase has one line`;
      refuse({ line, problems: [{ field: 'purchaseId', reason }] });
      return false;
    });
    // The users after the purchases: whoever has a stored purchase is stored as well.
    const stored = await storedPurchases({
      source,
      purchases: unique.map(({ line, row }) => ({ line, key: row.purchaseId ?? line })),
      lines: { after, upTo },
      hasIds,
    });
    const users = await usersOf(unique.map(({ row }) => row.externalId));
    for (const { line, row } of unique) {
      const user = users.get(row.externalId);
      if (user?.deletedAt !== undefined) refuse({ line, problems: [BEING_DELETED] });
      else if (user !== undefined || userNames.has(row.externalId)) good += 1;
      else refuse({ line, problems: [{ field: 'externalId', reason: 'belongs to no user' }] });
    }
    const { differing, absent } = comparePurchases(
      stored,
      unique.map((row) => importedPurchase(row, users.get(row.row.externalId)?._id ?? null)),
    );
    const earlier = `in an earlier import of ${source}`;
    for (const { line } of differing) contradict(line, `is another purchase than ${earlier}`);
    for (const line of absent) contradict(line, `was a purchase ${earlier}, and is none now`);
    after = upTo;
  });

  const beyond = replace
    ? 0
    : await PurchaseModel.countDocuments(beyondFile({ source, hasIds }, after));
  return { purchases: good, contradictions: contradictions + beyond, ids };
}

/** A row as the purchase of that user. */
export function importedPurchase<UserId extends ImportedPurchase['userId']>(
  { line, row }: CsvRow<PurchaseRow>,
  userId: UserId,
): ImportedPurchase & { userId: UserId } {
  const { purchaseId, purchasedAt, amount, items } = row;
  return { line, key: purchaseId ?? line, userId, purchasedAt, amountCents: amount, items };
}
