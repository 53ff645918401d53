import { z } from 'zod';
import { AppError } from '../../errors/AppError.ts';
import { AccountModel, type Role } from '../../models/AccountModel.ts';
import { isDuplicateKey } from '../../models/mongoErrors.ts';
import { UserModel } from '../../models/UserModel.ts';
import { hashPassword, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from './passwords.ts';

/** One person, one spelling. */
function normalized(email: string): string {
  return email.trim().toLowerCase();
}

function assertEmail(email: string): void {
  if (!z.email().safeParse(normalized(email)).success) {
    throw new AppError('VALIDATION_FAILED', `${email} is not an e-mail address.`);
  }
}

function assertUsable(password: string): void {
  if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH) {
    throw new AppError(
      'VALIDATION_FAILED',
      `A password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`,
    );
  }
}

async function userIdOf(externalId: string | undefined) {
  if (externalId === undefined) {
    throw new AppError('VALIDATION_FAILED', 'The role user needs the user it stands for (--user).');
  }
  const user = await UserModel.findOne({ externalId }, { _id: 1 }).lean();
  if (user === null) throw new AppError('NOT_FOUND', `There is no user ${externalId}.`);
  return user._id;
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
  assertEmail(email);
  assertUsable(password);
  if (role !== 'user' && user !== undefined) {
    throw new AppError('VALIDATION_FAILED', `The role ${role} does not stand for a user.`);
  }
  const userId = role === 'user' ? await userIdOf(user) : null;
  // Without its index two accounts could share an e-mail; making it again costs nothing.
  await AccountModel.createIndexes();
  try {
    await AccountModel.create({
      email: normalized(email),
      passwordHash: await hashPassword(password),
      role,
      userId,
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new AppError('VALIDATION_FAILED', `${normalized(email)} has an account already.`);
  }
}

async function change(email: string, update: Record<string, unknown>): Promise<void> {
  const { matchedCount } = await AccountModel.updateOne(
    { email: normalized(email) },
    { $set: update, $inc: { tokenVersion: 1 } },
  );
  if (matchedCount === 0) {
    throw new AppError('NOT_FOUND', `There is no account ${normalized(email)}.`);
  }
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

/**
 * Makes the first admin, unless an account of that e-mail exists: that one is never changed.
 * Safe to call from several processes at once.
 * @returns whether it was made now.
 */
export async function ensureAdmin(admin: { email: string; password: string }): Promise<boolean> {
  if ((await AccountModel.exists({ email: normalized(admin.email) })) !== null) return false;
  try {
    await createAccount({ ...admin, role: 'admin' });
    return true;
  } catch (error) {
    const madeMeanwhile = await AccountModel.exists({ email: normalized(admin.email) });
    if (madeMeanwhile !== null) return false;
    throw error;
  }
}
