import { DURABLE } from '../../models/durable.ts';
import { MailMarkModel } from '../../models/MailMarkModel.ts';
import { MailModel } from '../../models/MailModel.ts';
import { PurchaseModel } from '../../models/PurchaseModel.ts';
import { UserModel } from '../../models/UserModel.ts';
import { UserSummaryModel } from '../../models/UserSummaryModel.ts';
import { deleteAccountsOf } from '../Auth/accounts.ts';
import { namedUser } from './namedUser.ts';

interface DeleteUserDependencies {
  /** Takes the user's jobs out of the queue and the records, with the runs' balance kept. */
  forgetJobs(userId: string): Promise<number>;
}

export interface DeletedUser {
  userId: string;
  externalId: string;
  /** Logins that stood for the user. */
  accounts: number;
  purchases: number;
  summaries: number;
  mails: number;
  jobs: number;
}

const DURABLY = { writeConcern: DURABLE } as const;

/**
 * Deletes a user with all that is known of them, their logins too. The mark comes first: from then on no
 * run takes the user up, no account is made for them, and a job under way leaves no summary behind. The user comes last, so
 * that an interrupted deletion is completed by the same call.
 * @param name the user's id or externalId
 * @throws AppError NOT_FOUND when nobody has that name.
 */
export async function deleteUser(
  name: string,
  { forgetJobs }: DeleteUserDependencies,
): Promise<DeletedUser> {
  const { _id, externalId } = await namedUser(name);
  const userId = _id.toHexString();
  await UserModel.updateOne({ _id }, { $set: { active: false, deletedAt: new Date() } }, DURABLY);
  const accounts = await deleteAccountsOf(_id);
  const purchases = await PurchaseModel.deleteMany({ userId }, DURABLY);
  const summaries = await UserSummaryModel.deleteMany({ userId }, DURABLY);
  await MailMarkModel.deleteMany({ userId }, DURABLY);
  const mails = await MailModel.deleteMany({ userId }, DURABLY);
  const jobs = await forgetJobs(userId);
  await UserModel.deleteOne({ _id }, DURABLY);
  return {
    userId,
    externalId,
    accounts,
    purchases: purchases.deletedCount,
    summaries: summaries.deletedCount,
    mails: mails.deletedCount,
    jobs,
  };
}
