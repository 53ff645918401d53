import { accountEmail } from '../../config/accountEmail.ts';
import { passwordProblem } from '../../config/passwordRules.ts';
import { AppError } from '../../errors/AppError.ts';
import { type AccountDoc, AccountModel, type Role } from '../../models/AccountModel.ts';
import { ApiTokenModel } from '../../models/ApiTokenModel.ts';
import { DURABLE } from '../../models/durable.ts';
import { isDuplicateKey } from '../../models/mongoErrors.ts';
import { type UserDoc, UserModel } from '../../models/UserModel.ts';
import { hashPassword } from './passwords.ts';

const SHOWN_OF_EMAIL = 100;

/** @throws AppError `VALIDATION_FAILED` for what is no e-mail address. */
function normalized(email: string): string {
  const parsed = accountEmail.safeParse(email);
  if (parsed.success) return parsed.data;
  const shown = email.length > SHOWN_OF_EMAIL ? `${email.slice(0, SHOWN_OF_EMAIL)}…` : email;
  throw new AppError('VALIDATION_FAILED', `${shown} ${parsed.error.issues[0]?.message}.`);
}

function assertUsable(password: string): void {
  const problem = passwordProblem(password);
  if (problem !== null) throw new AppError('VALIDATION_FAILED', problem);
}

function noUser(externalId: string): AppError {
  return new AppError('NOT_FOUND', `There is no user ${externalId}.`);
}

/** One who is being deleted gets no account any more. */
function findUser(filter: { externalId: string } | { _id: UserDoc['_id'] }) {
  return UserModel.findOne({ ...filter, deletedAt: null }, { _id: 1 }).lean();
}

interface NewAccount {
  email: string;
  password: string;
  role: Role;
  /** The externalId of the user a `user` stands for; not for other roles. */
  user?: string | undefined;
}

/**
 * @throws AppError `VALIDATION_FAILED` for an unusable password, a `user` without its user, or an
 * e-mail that is none or has an account; `NOT_FOUND` for an unknown user.
 */
export async function createAccount({ email, password, role, user }: NewAccount): Promise<void> {
  const address = normalized(email);
  assertUsable(password);
  if (role !== 'user') {
    if (user === undefined) return store(address, { password, role, userId: null });
    throw new AppError('VALIDATION_FAILED', `The role ${role} does not stand for a user.`);
  }
  if (user === undefined) {
    throw new AppError('VALIDATION_FAILED', 'The role user needs the user it stands for (--user).');
  }
  const standsFor = await findUser({ externalId: user });
  if (standsFor === null) throw noUser(user);
  await store(address, { password, role, userId: standsFor._id });
  // A deletion of the user that began meanwhile may have looked for accounts before this one was there.
  if ((await findUser({ _id: standsFor._id })) !== null) return;
  await AccountModel.deleteOne({ email: address }, { writeConcern: DURABLE });
  throw noUser(user);
}

async function store(
  email: string,
  { password, role, userId }: { password: string } & Pick<AccountDoc, 'role' | 'userId'>,
): Promise<void> {
  // Without its index two accounts could share an e-mail; making it again costs nothing.
  await AccountModel.createIndexes();
  try {
    await AccountModel.create({
      email,
      passwordHash: await hashPassword(password),
      role,
      userId,
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new AppError('VALIDATION_FAILED', `${email} has an account already.`);
  }
}

async function change(
  email: string,
  update: Partial<Pick<AccountDoc, 'passwordHash' | 'disabledAt'>>,
): Promise<void> {
  const address = normalized(email);
  const { matchedCount } = await AccountModel.updateOne(
    { email: address },
    { $set: update, $inc: { tokenVersion: 1 } },
  );
  if (matchedCount === 0) throw new AppError('NOT_FOUND', `There is no account ${address}.`);
}

/** Sets a new password and ends all tokens. @throws AppError `NOT_FOUND`, `VALIDATION_FAILED`. */
export async function changePassword(email: string, password: string): Promise<void> {
  assertUsable(password);
  await change(email, { passwordHash: await hashPassword(password) });
}

/** Ends all tokens and allows no login from now on. @throws AppError `NOT_FOUND`. */
export async function disableAccount(email: string): Promise<void> {
  await change(email, { disabledAt: new Date() });
}

/** Allows logins again; tokens of before stay ended. @throws AppError `NOT_FOUND`. */
export async function enableAccount(email: string): Promise<void> {
  await change(email, { disabledAt: null });
}

export interface AccountView extends Pick<AccountDoc, 'email' | 'role' | 'createdAt'> {
  /** The externalId of the user it stands for; null for the other roles, and if the user is gone. */
  user: string | null;
  disabledAt: Date | null;
}

/** All accounts by e-mail, one after another: there may be many. */
export async function* listAccounts(): AsyncGenerator<AccountView> {
  const accounts = AccountModel.aggregate<AccountDoc & { users: UserDoc[] }>([
    { $sort: { email: 1 } },
    {
      $lookup: {
        from: UserModel.collection.name,
        localField: 'userId',
        foreignField: '_id',
        as: 'users',
      },
    },
  ]).cursor();
  for await (const { email, role, users, disabledAt, createdAt } of accounts) {
    yield { email, role, user: users[0]?.externalId ?? null, disabledAt, createdAt };
  }
}

/** Deletes the accounts that stand for this user; what they hold of tokens ends with them. */
export async function deleteAccountsOf(userId: AccountDoc['_id']): Promise<number> {
  const accounts = await AccountModel.find({ userId }, { _id: 1 }).lean();
  const accountId = { $in: accounts.map(({ _id }) => _id) };
  await ApiTokenModel.deleteMany({ accountId }, { writeConcern: DURABLE });
  const { deletedCount } = await AccountModel.deleteMany({ userId }, { writeConcern: DURABLE });
  return deletedCount;
}

/**
 * Makes the first admin, unless an account of that e-mail exists: that one is never changed.
 * Safe to call from several processes at once.
 * @returns whether it was made now.
 */
export async function ensureAdmin(admin: { email: string; password: string }): Promise<boolean> {
  const email = normalized(admin.email);
  if ((await AccountModel.exists({ email })) !== null) return false;
  try {
    await createAccount({ ...admin, role: 'admin' });
    return true;
  } catch (error) {
    const madeMeanwhile = await AccountModel.exists({ email });
    if (madeMeanwhile !== null) return false;
    throw error;
  }
}
