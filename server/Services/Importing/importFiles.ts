import { basename } from 'node:path';
import { AppError } from '../../errors/AppError.ts';
import { IDENTIFIED_SOURCE, PurchaseModel, SAMPLE_SOURCE } from '../../models/PurchaseModel.ts';
import {
  type CheckedFiles,
  checkFiles,
  type FilesToImport,
  importedPurchase,
} from './checkFiles.ts';
import { beyondFile, type PurchaseOfUser } from './comparePurchases.ts';
import type { CsvRow } from './csvFile.ts';
import { readHeader } from './csvHeader.ts';
import { eachBatch } from './eachBatch.ts';
import { ensureImportIndexes } from './importIndexes.ts';
import { addCounts, emptyTotals, type ImportTotals } from './importTotals.ts';
import { type InputFile, openInput } from './inputFile.ts';
import type { KeyTable } from './keyTable.ts';
import type { StartProgress } from './progress.ts';
import type { RefusalLog } from './refusals.ts';
import { type PurchaseRow, purchaseRowSchema, userRowSchema } from './rowSchemas.ts';
import { storePurchases } from './storePurchases.ts';
import { storeUsers, usersOf } from './storeUsers.ts';

interface FilesOptions {
  readonly usersPath: string;
  readonly purchasesPath: string;
  /** Names the purchases; by default the name of their file, or `purchases` where they have ids. */
  readonly source?: string | undefined;
  /** What an earlier import of this source brought, and these files say otherwise, gives way. */
  readonly replace: boolean;
  readonly refusals: RefusalLog;
  readonly startProgress: StartProgress;
}

/**
 * Imports the owner's users and purchases. Both files are read to their ends and checked before
 * anything is stored, then read again; memory grows by some 30 bytes a user and purchase id.
 *
 * Bad lines are refused with their reasons, the good ones kept. The same files again double nothing:
 * a user is known by externalId and takes on what the file says now; a purchase is known by its id
 * or, in a file without ids, by its line. Nothing at all is stored when the purchases contradict an
 * earlier import of their source, unless `replace` is set; with `replace`, when any line is refused.
 * @throws AppError VALIDATION_FAILED in these cases, and for what is no such file, a header that
 * lacks a column, or a source that is the sample's.
 */
export async function importFiles(options: FilesOptions): Promise<ImportTotals> {
  const users = await openInput(options.usersPath);
  try {
    const purchases = await openInput(options.purchasesPath);
    try {
      return await importOpened(users, purchases, options);
    } finally {
      await purchases.close();
    }
  } finally {
    await users.close();
  }
}

async function importOpened(
  users: InputFile,
  purchases: InputFile,
  { source, replace, refusals, startProgress }: FilesOptions,
): Promise<ImportTotals> {
  const usersHeader = await readHeader(users, userRowSchema);
  const purchasesHeader = await readHeader(purchases, purchaseRowSchema);
  const hasIds = purchasesHeader.columns.includes('purchaseId');
  const files: FilesToImport = {
    users: { input: users, header: usersHeader, schema: userRowSchema },
    purchases: { input: purchases, header: purchasesHeader, schema: purchaseRowSchema },
    source: source ?? (hasIds ? IDENTIFIED_SOURCE : basename(purchases.path)),
    hasIds,
    refusals,
    startProgress,
  };
  if (files.source === SAMPLE_SOURCE) {
    throw new AppError(
      'VALIDATION_FAILED',
      `"${SAMPLE_SOURCE}" names the sample's purchases: give yours another name with --source.`,
    );
  }
  await ensureImportIndexes();
  const checked = await checkFiles(files, { replace });
  if (replace) await requireReplacement(files, checked);
  else requireAgreement(files, checked);
  return store(files, checked.ids, replace);
}

function requireAgreement(
  { source, hasIds }: FilesToImport,
  { contradictions }: CheckedFiles,
): void {
  if (contradictions === 0) return;
  const ids = hasIds ? '' : ' A column purchaseId would tell the purchases apart by themselves.';
  throw new AppError(
    'VALIDATION_FAILED',
    `Nothing was imported: of ${contradictions} purchases that an earlier import brought as ` +
      `"${source}" this file says otherwise, or nothing. If it is another file, import it with ` +
      `--source <another name>; if it is the same, corrected, with --replace.${ids}`,
  );
}

/** What is refused, or lacks altogether, would be lost. */
async function requireReplacement(
  { source, refusals }: FilesToImport,
  { purchases }: CheckedFiles,
): Promise<void> {
  const refused = refusals.count();
  if (refused > 0) {
    throw new AppError(
      'VALIDATION_FAILED',
      `Nothing was imported and nothing replaced: ${refused} lines are refused, and with ` +
        '--replace every line must be good. Correct them and import the files again.',
    );
  }
  if (purchases === 0 && (await PurchaseModel.exists({ source })) !== null) {
    throw new AppError(
      'VALIDATION_FAILED',
      `Nothing was imported: the file has no purchase, and --replace would remove all of "${source}".`,
    );
  }
}

async function store(files: FilesToImport, ids: KeyTable, replace: boolean): Promise<ImportTotals> {
  const totals = emptyTotals();
  await storeAllUsers(files, totals);
  await storeAllPurchases(files, ids, replace, totals);
  return totals;
}

/** The check has told them. */
const toldAlready = () => undefined;

async function storeAllUsers(
  { users, startProgress }: FilesToImport,
  totals: ImportTotals,
): Promise<void> {
  const reading = { refuse: toldAlready, progress: startProgress('Users') };
  await eachBatch(users, reading, async (batch) => {
    const rows = batch.map(({ row }) => row);
    const { deleting: _, ...counts } = await storeUsers(rows, { update: true });
    addCounts(totals.users, counts);
  });
}

async function storeAllPurchases(
  { purchases, source, hasIds, startProgress }: FilesToImport,
  ids: KeyTable,
  replace: boolean,
  totals: ImportTotals,
): Promise<void> {
  let after = 0;
  const reading = { refuse: toldAlready, progress: startProgress('Purchases') };
  await eachBatch(purchases, reading, async (batch) => {
    const upTo = batch.at(-1)?.line ?? after;
    const { conflicts, ...counts } = await storePurchases({
      source,
      purchases: await ofKnownUsers(batch, ids),
      lines: { after, upTo },
      hasIds,
      replace,
    });
    if (conflicts > 0) {
      throw new AppError(
        'VALIDATION_FAILED',
        `Another import of "${source}" is at work, with other purchases. Wait for its end, then ` +
          'import the files again: it adds what is still absent.',
      );
    }
    addCounts(totals.purchases, counts);
    after = upTo;
  });
  if (replace) {
    const { deletedCount } = await PurchaseModel.deleteMany(beyondFile({ source, hasIds }, after));
    totals.purchases.removed += deletedCount;
  }
}

async function ofKnownUsers(
  batch: readonly CsvRow<PurchaseRow>[],
  ids: KeyTable,
): Promise<PurchaseOfUser[]> {
  const users = await usersOf(batch.map(({ row }) => row.externalId));
  return batch.flatMap((row) => {
    const { purchaseId, externalId } = row.row;
    if (purchaseId !== undefined && ids.add(purchaseId, row.line) !== row.line) return [];
    const user = users.get(externalId);
    // Unknown users were told by the check, or deleted since.
    if (user === undefined || user.deletedAt !== undefined) return [];
    return [importedPurchase(row, user._id)];
  });
}
