import { AccountModel } from '../../models/AccountModel.ts';
import { PostModel } from '../../models/PostModel.ts';
import { UserModel } from '../../models/UserModel.ts';
import { makeApiToken } from '../ApiTokens/apiTokens.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const AUTHORS = ['ann', 'bob', 'chloe', 'dev'];
const POSTS = 48;
/** Customers of the sample who get weekly mail: an outbox of 23,570 a week would be no pleasure to read. */
const MAILED = 25;

/** What was made for show. */
export interface ScheduledSample {
  posts: number;
  tokens: number;
  trials: number;
}

/** Makes posts, tokens and trials for the scheduled jobs to work on, marked as synthetic; once. */
export async function makeScheduledSample(now = new Date()): Promise<ScheduledSample> {
  if ((await PostModel.exists({ synthetic: true })) !== null) {
    return { posts: 0, tokens: 0, trials: 0 };
  }
  const [tokens, trials] = [await makeTokens(), await makeTrials(now)];
  await PostModel.insertMany(
    Array.from({ length: POSTS }, (_, number) => ({
      _id: `sample-post-${number + 1}`,
      authorId: `sample-${AUTHORS[number % AUTHORS.length]}`,
      title: `A synthetic post, number ${number + 1} of ${POSTS}`,
      dueAt: new Date(now.getTime() + (number + 1) * 5 * MINUTE_MS),
      synthetic: true,
    })),
  );
  return { posts: POSTS, tokens, trials };
}

/** For the first administrator, if there is one yet. They end in 20 hours and in 6 days. */
async function makeTokens(): Promise<number> {
  const admin = await AccountModel.findOne({ role: 'admin' }, { _id: 1 }).sort({ _id: 1 }).lean();
  if (admin === null) return 0;
  const common = { accountId: admin._id.toHexString(), scopes: ['read'], synthetic: true } as const;
  await makeApiToken({ ...common, name: 'sample, soon to end', expiresInDays: 20 / 24 });
  await makeApiToken({ ...common, name: 'sample, of this week', expiresInDays: 6 });
  return 2;
}

async function makeTrials(now: Date): Promise<number> {
  const users = await UserModel.find({}, { _id: 1 }).sort({ externalId: 1 }).limit(MAILED).lean();
  await UserModel.updateMany(
    { _id: { $nin: users.map(({ _id }) => _id) } },
    { $set: { unsubscribed: ['weekly'] } },
  );
  const trials = users.slice(0, 8);
  for (const [number, { _id }] of trials.entries()) {
    const trialEndsAt = new Date(now.getTime() + ((number % 4) + 1) * DAY_MS);
    await UserModel.updateOne({ _id }, { $set: { trialEndsAt } });
  }
  return trials.length;
}
