import { requireConflicts } from '../../models/bulkWriteFailures.ts';
import { DURABLE } from '../../models/durable.ts';
import { type UserDoc, UserModel } from '../../models/UserModel.ts';
import type { UserRow } from './rowSchemas.ts';

export interface StoredUsers {
  added: number;
  changed: number;
  unchanged: number;
  /** The externalIds of users whose deletion was begun and not ended: they were left as they are. */
  deleting: string[];
}

const IN_BULK = { ordered: false, writeConcern: DURABLE } as const;

interface StoreUsersOptions {
  /** Whether users who are there already take on what the rows say. */
  readonly update: boolean;
}

/**
 * Makes one user of each row; of rows with the same externalId the last counts. To be repeated
 * safely, also beside another import: externalId is unique.
 */
export async function storeUsers(
  rows: readonly UserRow[],
  { update }: StoreUsersOptions,
): Promise<StoredUsers> {
  const byExternalId = new Map(rows.map((row) => [row.externalId, row]));
  const existing = new Map(
    (await findUsers([...byExternalId.keys()])).map((user) => [user.externalId, user]),
  );
  const added: UserRow[] = [];
  const changed: UserRow[] = [];
  const deleting: string[] = [];
  for (const row of byExternalId.values()) {
    const user = existing.get(row.externalId);
    if (user === undefined) added.push(row);
    else if (user.deletedAt !== undefined) deleting.push(row.externalId);
    else if (update && !sameUser(user, row)) changed.push(row);
  }
  if (!(await insert(added))) return storeUsers(rows, { update });
  await overwrite(changed);
  const unchanged = byExternalId.size - added.length - changed.length - deleting.length;
  return { added: added.length, changed: changed.length, unchanged, deleting };
}

/** @returns false when another import stored some of these users at this very moment. */
async function insert(rows: readonly UserRow[]): Promise<boolean> {
  if (rows.length === 0) return true;
  const now = new Date();
  try {
    // `lean` hands the objects to the driver as they are: their types hold, and it is much faster.
    await UserModel.insertMany(
      rows.map(({ email = null, ...row }) => ({ ...row, email, createdAt: now, updatedAt: now })),
      { ...IN_BULK, lean: true },
    );
    return true;
  } catch (error) {
    requireConflicts(error);
    return false;
  }
}

async function overwrite(rows: readonly UserRow[]): Promise<void> {
  if (rows.length === 0) return;
  await UserModel.bulkWrite(
    rows.map(({ externalId, email, ...user }) => ({
      updateOne: {
        filter: { externalId, deletedAt: null },
        update: { $set: { ...user, ...(email !== undefined && { email }) } },
      },
    })),
    IN_BULK,
  );
}

/** The users with these externalIds; who is not there is not in the answer. */
export async function usersOf(
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, Pick<UserDoc, '_id' | 'deletedAt'>>> {
  const users = await findUsers([...new Set(externalIds)]);
  return new Map(users.map((user) => [user.externalId, user]));
}

type StoredUser = Pick<UserDoc, 'email' | 'timezone' | 'active'>;

function findUsers(externalIds: readonly string[]) {
  return UserModel.find(
    { externalId: { $in: externalIds } },
    { externalId: 1, email: 1, timezone: 1, active: 1, deletedAt: 1 },
  ).lean();
}

function sameUser(user: StoredUser, { email, timezone, active }: UserRow): boolean {
  const saysEmail = email !== undefined;
  return (
    (!saysEmail || user.email === email) && user.timezone === timezone && user.active === active
  );
}
