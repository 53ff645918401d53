import mongoose from 'mongoose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PurchaseModel } from '../../../server/models/PurchaseModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { type CustomerScore, UserSummaryModel } from '../../../server/models/UserSummaryModel.ts';
import { CDNOW_ESTIMATES } from '../../../server/Services/CustomerScoring/probabilityAlive.ts';
import {
  createUserDataGateway,
  type JobScope,
} from '../../../server/Services/CustomerScoring/userDataGateway.ts';
import { makePurchases, makeUser, useOwnDatabase } from './ownDatabase.ts';

useOwnDatabase();

const newGateway = () => createUserDataGateway({ scoringParams: CDNOW_ESTIMATES });
const gateway = newGateway();

const scope: JobScope = {
  runSeq: 10,
  backfill: false,
  asOf: '1997-09-30',
  signal: new AbortController().signal,
};

function score(frequency: number): CustomerScore {
  return {
    frequency,
    recencyWeeks: 1,
    ageWeeks: 2,
    monetary: 3,
    totalSpend: 4,
    pAlive: 0.5,
    segment: 'active',
    firstPurchaseAt: new Date('1997-01-01'),
    lastPurchaseAt: new Date('1997-01-08'),
    purchases: 2,
  };
}

function summaryOf(userId: string) {
  return UserSummaryModel.findOne({ userId }, { _id: 0 }).lean();
}

/** The operations on one collection while the test runs. */
function recordOperations(collection: string): string[] {
  const operations: string[] = [];
  mongoose.set('debug', (name: string, method: string) => {
    if (name === collection) operations.push(method);
  });
  onTestFinished(() => {
    mongoose.set('debug', false);
  });
  return operations;
}

describe('reading purchases', () => {
  it('gives those up to and including the day of the job', async () => {
    const userId = await makeUser();
    await makePurchases(userId, [
      '1997-01-01T00:00:00Z',
      '1997-09-30T23:59:59.999Z',
      '1997-10-01T00:00:00Z',
    ]);
    const days = await gateway.forJob(scope).purchases(userId);
    expect(days.map(({ purchasedAt }) => purchasedAt.toISOString()).sort()).toEqual([
      '1997-01-01T00:00:00.000Z',
      '1997-09-30T23:59:59.999Z',
    ]);
  });

  it('gives jobs of different days their own, in one batch', async () => {
    const userId = await makeUser();
    await makePurchases(userId, ['1997-01-01T00:00:00Z', '1997-05-01T00:00:00Z']);
    const counts = await Promise.all(
      ['1996-12-31', '1997-01-01', '1997-05-01'].map(
        async (asOf) => (await gateway.forJob({ ...scope, asOf }).purchases(userId)).length,
      ),
    );
    expect(counts).toEqual([0, 1, 2]);
  });

  it('gathers the reads of jobs that run at once', async () => {
    const userIds = await Promise.all(Array.from({ length: 50 }, () => makeUser()));
    await Promise.all(userIds.map((userId) => makePurchases(userId, ['1997-02-01T00:00:00Z'])));
    const reads = recordOperations('purchases');
    const answers = await Promise.all(userIds.map((id) => gateway.forJob(scope).purchases(id)));
    expect(answers.map((purchases) => purchases.length)).toEqual(userIds.map(() => 1));
    expect(reads).toEqual(['find']);
  });

  it('fails for a user who is not there, and for that one alone', async () => {
    const there = await makeUser();
    const leaving = await makeUser();
    await UserModel.updateOne({ _id: leaving }, { $set: { deletedAt: new Date() } });
    const nobody = new mongoose.Types.ObjectId().toHexString();
    const outcomes = await Promise.allSettled(
      [there, leaving, nobody].map((id) => gateway.forJob(scope).purchases(id)),
    );
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: [] },
      { status: 'rejected', reason: expect.objectContaining({ code: 'USER_NOT_FOUND' }) },
      { status: 'rejected', reason: expect.objectContaining({ code: 'USER_NOT_FOUND' }) },
    ]);
  });

  it('is served by an index', async () => {
    const plan = await PurchaseModel.find({
      userId: { $in: [new mongoose.Types.ObjectId()] },
      purchasedAt: { $lt: new Date() },
    }).explain('queryPlanner');
    expect(JSON.stringify(plan)).toContain('userId_1_purchasedAt_1');
    expect(JSON.stringify(plan)).not.toContain('COLLSCAN');
  });
});

describe('saving a summary', () => {
  /** Saves one after another and tells what came of each. */
  async function saveAll(scopes: Partial<JobScope>[]) {
    const userId = await makeUser();
    const outcomes = [];
    for (const [position, own] of scopes.entries()) {
      const job = gateway.forJob({ ...scope, ...own });
      outcomes.push(await job.saveSummary(userId, score(position)));
    }
    return { outcomes, summary: await summaryOf(userId) };
  }

  it('stores the score with the user, the day and the run', async () => {
    const userId = await makeUser();
    await expect(gateway.forJob(scope).saveSummary(userId, score(7))).resolves.toBe('saved');
    expect(await summaryOf(userId)).toEqual({
      ...score(7),
      userId: new mongoose.Types.ObjectId(userId),
      asOf: '1997-09-30',
      runSeq: 10,
    });
  });

  it('applies a run once', async () => {
    const { outcomes, summary } = await saveAll([{}, {}, { backfill: true }]);
    expect(outcomes).toEqual(['saved', 'saved', 'saved']);
    expect(summary).toMatchObject({ frequency: 0 });
  });

  it('never lets an older run overwrite a newer', async () => {
    const { outcomes, summary } = await saveAll([
      { runSeq: 9 },
      { runSeq: 12 },
      { runSeq: 11 },
      { runSeq: 11, backfill: true },
      { runSeq: 11, asOf: '1998-01-01' },
    ]);
    expect(outcomes).toEqual(['saved', 'saved', 'kept', 'kept', 'kept']);
    expect(summary).toMatchObject({ runSeq: 12, frequency: 1 });
  });

  it('lets an older day overwrite a newer in a backfill only', async () => {
    const { outcomes, summary } = await saveAll([
      { runSeq: 1, asOf: '1998-01-02' },
      { runSeq: 2, asOf: '1998-01-01' },
      { runSeq: 3, asOf: '1998-01-01', backfill: true },
      { runSeq: 4, asOf: '1998-01-01' },
      { runSeq: 5, asOf: '1998-01-03' },
    ]);
    expect(outcomes).toEqual(['saved', 'kept', 'saved', 'saved', 'saved']);
    expect(summary).toMatchObject({ runSeq: 5, asOf: '1998-01-03' });
  });

  it('ends with the newest run when processes race to write the first summary', async () => {
    const userIds = await Promise.all(Array.from({ length: 30 }, () => makeUser()));
    const runs = [1, 2, 3, 4];
    await Promise.all(
      runs.flatMap((runSeq) => {
        const process = newGateway();
        return userIds.map((id) =>
          process.forJob({ ...scope, runSeq }).saveSummary(id, score(runSeq)),
        );
      }),
    );
    const summaries = await UserSummaryModel.find({ userId: { $in: userIds } }).lean();
    expect(summaries.map(({ runSeq, frequency }) => [runSeq, frequency])).toEqual(
      userIds.map(() => [4, 4]),
    );
  });

  it('gathers the writes of jobs that run at once, and tells each its own outcome', async () => {
    const userIds = await Promise.all(Array.from({ length: 40 }, () => makeUser()));
    const ahead = userIds.slice(0, 10);
    await Promise.all(
      ahead.map((id) => gateway.forJob({ ...scope, runSeq: 11 }).saveSummary(id, score(1))),
    );
    const operations = recordOperations('usersummaries');
    const saveAll = (runSeq: number) =>
      Promise.all(
        userIds.map((id) => gateway.forJob({ ...scope, runSeq }).saveSummary(id, score(2))),
      );
    const outcomes = userIds.map((_, position) => (position < 10 ? 'kept' : 'saved'));
    expect(await saveAll(scope.runSeq)).toEqual(outcomes);
    expect(operations.splice(0)).toEqual(['find', 'insertMany']);
    expect(await saveAll(12)).toEqual(userIds.map(() => 'saved'));
    expect(operations).toEqual(['find', 'bulkWrite']);
  });

  it('lets two processes save summaries of the same new users at once, in whatever order', async () => {
    const userIds = await Promise.all(Array.from({ length: 200 }, () => makeUser()));
    const processes = [newGateway(), newGateway()];
    const outcomes = await Promise.all(
      processes.flatMap((each, process) =>
        (process === 0 ? userIds : userIds.toReversed()).map((id) =>
          each.forJob({ ...scope, runSeq: 20 + process }).saveSummary(id, score(process)),
        ),
      ),
    );
    expect(outcomes.slice(200)).toEqual(userIds.map(() => 'saved'));
    const summaries = await Promise.all(userIds.map(summaryOf));
    expect(summaries.map((summary) => summary?.runSeq)).toEqual(userIds.map(() => 21));
  });

  it('writes nothing for a job that was stopped before its turn came', async () => {
    const [first, stopped, other] = await Promise.all([makeUser(), makeUser(), makeUser()]);
    const stop = new AbortController();
    const deadline = new Error('deadline passed');
    const running = gateway.forJob(scope).saveSummary(first, score(1));
    await new Promise(setImmediate);
    const gathered = gateway
      .forJob({ ...scope, signal: stop.signal })
      .saveSummary(stopped, score(2));
    const beside = gateway.forJob(scope).saveSummary(other, score(3));
    stop.abort(deadline);
    await expect(gathered).rejects.toBe(deadline);
    expect(await Promise.all([running, beside])).toEqual(['saved', 'saved']);
    expect(await summaryOf(stopped)).toBeNull();
    const late = gateway.forJob({ ...scope, signal: stop.signal });
    await expect(late.saveSummary(stopped, score(2))).rejects.toBe(deadline);
    await expect(late.purchases(stopped)).rejects.toBe(deadline);
    expect(await summaryOf(stopped)).toBeNull();
  });

  it('leaves no summary of a user who was deleted while the job ran', async () => {
    const [leaving, staying] = await Promise.all([makeUser(), makeUser()]);
    await gateway.forJob(scope).purchases(leaving);
    await UserModel.updateOne({ _id: leaving }, { $set: { deletedAt: new Date() } });
    const outcomes = await Promise.allSettled(
      [leaving, staying].map((id) => gateway.forJob(scope).saveSummary(id, score(1))),
    );
    expect(outcomes).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ code: 'USER_NOT_FOUND' }) },
      { status: 'fulfilled', value: 'saved' },
    ]);
    expect(await summaryOf(leaving)).toBeNull();
    expect(await summaryOf(staying)).not.toBeNull();
  });
});
