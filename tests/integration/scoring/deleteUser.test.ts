import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { projectDir } from '../../../scripts/project.mjs';
import { AccountModel } from '../../../server/models/AccountModel.ts';
import { PurchaseModel } from '../../../server/models/PurchaseModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { UserSummaryModel } from '../../../server/models/UserSummaryModel.ts';
import { createAccount } from '../../../server/Services/Auth/accounts.ts';
import { forgetUser } from '../../../server/Services/BackgroundJobs/runs/forgetUser.ts';
import { CDNOW_ESTIMATES } from '../../../server/Services/CustomerScoring/probabilityAlive.ts';
import { scoreCustomer } from '../../../server/Services/CustomerScoring/scoreCustomer.ts';
import { createUserDataGateway } from '../../../server/Services/CustomerScoring/userDataGateway.ts';
import { deleteUser } from '../../../server/Services/Users/deleteUser.ts';
import { namedUser } from '../../../server/Services/Users/namedUser.ts';
import { resolveUsers } from '../../../server/Services/Users/resolveUsers.ts';
import { makePurchases, makeUser, useOwnDatabase } from './ownDatabase.ts';

useOwnDatabase();

const asOf = '1997-09-30';
const noJobs = { forgetJobs: async () => 0 };

function jobOf() {
  return createUserDataGateway({ scoringParams: CDNOW_ESTIMATES }).forJob({
    runSeq: 1,
    backfill: false,
    asOf,
    signal: new AbortController().signal,
  });
}

/** A user with two purchases and a summary. */
async function scoredUser(externalId: string): Promise<string> {
  const userId = await makeUser(externalId);
  await makePurchases(userId, ['1997-01-01T00:00:00Z', '1997-02-01T00:00:00Z']);
  const job = jobOf();
  const purchases = await job.purchases(userId);
  await job.saveSummary(userId, scoreCustomer(purchases, asOf, job.scoringParams));
  return userId;
}

async function tracesOf(userId: string) {
  return {
    user: await UserModel.countDocuments({ _id: userId }),
    purchases: await PurchaseModel.countDocuments({ userId }),
    summaries: await UserSummaryModel.countDocuments({ userId }),
  };
}

const NOTHING = { user: 0, purchases: 0, summaries: 0 };

describe('deleteUser', () => {
  it('deletes all that is known of one user, and of no other', async () => {
    const userId = await scoredUser('leaver');
    const other = await scoredUser('stayer');
    const forgotten: string[] = [];
    const deleted = await deleteUser('leaver', {
      forgetJobs: async (id) => forgotten.push(id),
    });
    expect(deleted).toEqual({
      userId,
      externalId: 'leaver',
      accounts: 0,
      purchases: 2,
      summaries: 1,
      mails: 0,
      jobs: 1,
    });
    expect(forgotten).toEqual([userId]);
    expect(await tracesOf(userId)).toEqual(NOTHING);
    expect(await tracesOf(other)).toEqual({ user: 1, purchases: 2, summaries: 1 });
  });

  it('covers every model whose documents belong to a user', async () => {
    const models = join(projectDir, 'server/models');
    for (const file of await readdir(models, { recursive: true })) {
      if (file.endsWith('Model.ts')) await import(join(models, file));
    }
    const userId = await makeUser('everywhere');
    const owned = Object.values(mongoose.models).filter(
      ({ schema, modelName }) => schema.path('userId') !== undefined && modelName !== 'Account',
    );
    expect(owned.map(({ modelName }) => modelName)).toContain('Mail');
    for (const { collection } of owned) {
      const _id = `of-${userId}` as never;
      const owner = new mongoose.Types.ObjectId(userId);
      await collection.insertOne({ _id, userId: owner, key: userId, runId: null });
    }
    await deleteUser('everywhere', { forgetJobs: forgetUser });
    for (const { collection, modelName } of owned) {
      const filter = { userId: new mongoose.Types.ObjectId(userId) };
      expect(await collection.countDocuments(filter), modelName).toBe(0);
    }
  });

  it('knows a user by id too, and nobody by an externalId that looks like one', async () => {
    const byId = await scoredUser('by-id');
    const { insertedId } = await UserModel.collection.insertOne({
      externalId: byId,
      email: null,
      timezone: 'UTC',
      active: true,
    });
    const namedLikeIt = insertedId.toHexString();
    expect(await resolveUsers([byId])).toEqual({ found: [byId], unknown: [] });
    await deleteUser(byId, noJobs);
    expect(await tracesOf(byId)).toEqual(NOTHING);
    await expect(deleteUser(byId, noJobs)).rejects.toThrow(
      `There is no user with the ObjectId ${byId}. ` +
        `It is the externalId of the user ${namedLikeIt}: name that one by this id.`,
    );
    expect(await resolveUsers([byId, byId.toUpperCase()])).toMatchObject({ found: [] });
    expect(await tracesOf(namedLikeIt)).toMatchObject({ user: 1 });
    expect(await deleteUser(namedLikeIt, noJobs)).toMatchObject({ externalId: byId });
    expect(await tracesOf(namedLikeIt)).toEqual(NOTHING);
  });

  it('takes the logins that stand for the user, and no other', async () => {
    const account = { password: 'a-long-test-password', role: 'user' } as const;
    await scoredUser('with-logins');
    await scoredUser('with-another');
    await createAccount({ ...account, email: 'one@example.com', user: 'with-logins' });
    await createAccount({ ...account, email: 'two@example.com', user: 'with-logins' });
    await createAccount({ ...account, email: 'three@example.com', user: 'with-another' });
    expect(await deleteUser('with-logins', noJobs)).toMatchObject({ accounts: 2 });
    const left = await AccountModel.find({}, { email: 1 }).lean();
    expect(left.map(({ email }) => email)).toEqual(['three@example.com']);
  });

  it('leaves no login that is made at the same moment', async () => {
    await scoredUser('racing');
    const make = (email: string) =>
      createAccount({ email, password: 'a-long-test-password', role: 'user', user: 'racing' });
    const made = Array.from({ length: 8 }, (_, n) => make(`racing-${n}@example.com`));
    const deletion = Promise.race(made).then(() => deleteUser('racing', noJobs));
    await Promise.allSettled([...made, deletion]);
    await deletion;
    expect(await AccountModel.countDocuments({ email: /^racing/ })).toBe(0);
    await expect(make('late@example.com')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each(['nobody', new mongoose.Types.ObjectId().toHexString()])(
    'says so when there is no user %s',
    async (name) => {
      await expect(deleteUser(name, noJobs)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    },
  );

  it('is completed by the same call after an interruption', async () => {
    const userId = await scoredUser('interrupted');
    const broken = { forgetJobs: () => Promise.reject(new Error('the power went')) };
    await expect(deleteUser('interrupted', broken)).rejects.toThrow('the power went');
    expect(await UserModel.findById(userId).lean()).toMatchObject({ active: false });
    await expect(jobOf().purchases(userId)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    await deleteUser('interrupted', noJobs);
    expect(await tracesOf(userId)).toEqual(NOTHING);
  });

  it('is begun: the user is found to be deleted, and for no run', async () => {
    const userId = await makeUser('half-gone');
    const other = await makeUser('whole');
    await UserModel.updateOne({ _id: userId }, { $set: { active: false, deletedAt: new Date() } });
    for (const name of ['half-gone', userId, userId.toUpperCase()]) {
      expect(await namedUser(name)).toMatchObject({ externalId: 'half-gone' });
    }
    const names = ['half-gone', 'whole', userId, other.toUpperCase(), 'nobody'];
    expect(await resolveUsers(names)).toEqual({
      found: [other, other],
      unknown: ['half-gone', userId, 'nobody'],
    });
    expect(await resolveUsers([])).toEqual({ found: [], unknown: [] });
  });

  it('leaves nothing behind of a job that was under way', async () => {
    const userId = await makeUser('under-way');
    await makePurchases(userId, ['1997-01-01T00:00:00Z']);
    const job = jobOf();
    const score = scoreCustomer(await job.purchases(userId), asOf, job.scoringParams);
    const outcomes = await Promise.allSettled([
      deleteUser('under-way', noJobs),
      job.saveSummary(userId, score),
    ]);
    expect(outcomes[0].status).toBe('fulfilled');
    await expect(job.saveSummary(userId, score)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    expect(await tracesOf(userId)).toEqual(NOTHING);
  });
});
