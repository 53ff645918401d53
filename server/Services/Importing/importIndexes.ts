import { PurchaseModel } from '../../models/PurchaseModel.ts';
import { UserModel } from '../../models/UserModel.ts';

/** The unique indexes are what makes an import repeatable: without them nothing is imported. */
export async function ensureImportIndexes(): Promise<void> {
  await UserModel.createIndexes();
  await PurchaseModel.createIndexes();
}
