import { z } from 'zod';
import { UserModel } from '../../../../models/UserModel.ts';
import { utcDay } from '../../runs/runId.ts';
import { defineSource } from '../../runs/source.ts';
import { userDataJob } from './userData.job.ts';

const userDataInput = z.object({
  /** The UTC day the work is done for, `YYYY-MM-DD`. */
  asOf: z.iso.date(),
  /** The day was asked for by name: the run then has deduplication ids of its own. */
  explicitAsOf: z.boolean(),
  /** Lets the result of an older day replace a newer one's. */
  backfill: z.boolean(),
});
type UserDataInput = z.infer<typeof userDataInput>;

/** The input of a run: of this day if one is asked for by name, else of `today`, in UTC. */
export function userDataInputOf(
  { asOf, backfill = false }: { asOf?: string | undefined; backfill?: boolean | undefined },
  today = new Date(),
): UserDataInput {
  return { asOf: asOf ?? utcDay(today), explicitAsOf: asOf !== undefined, backfill };
}

/** All active users, or the chosen ones of a selection that still exist; nobody who is being deleted. */
export const userDataSource = defineSource({
  job: userDataJob,
  input: userDataInput,
  /**
   * In constant memory, and in the time of a page: hardly any user is left out. FerretDB would by itself take the index
   * on (active, _id), but not in its order, and sort all users who are left for each page.
   */
  async next(after, limit, { selection }) {
    if (selection !== null) return nextChosen(selection, after, limit);
    const beyond = after === null ? {} : { _id: { $gt: after } };
    const users = await UserModel.find({ active: true, deletedAt: null, ...beyond }, { _id: 1 })
      .hint({ _id: 1 })
      .sort({ _id: 1 })
      .limit(limit)
      // By itself a server answers with 101 documents, and with the rest when it is asked once more.
      .batchSize(limit + 1)
      .lean();
    return users.map(({ _id }) => _id.toHexString());
  },
  request: (userId, { asOf, explicitAsOf, backfill }) => ({
    userId,
    payload: { userId, asOf, backfill },
    deduplicationId: deduplicationId(userId, { asOf, explicitAsOf, backfill }),
  }),
});

/** Asks for no more than a page of the selection, whose length would cost each page anew. */
async function nextChosen(
  selection: readonly string[],
  after: string | null,
  limit: number,
): Promise<string[]> {
  const left = selection.filter((userId) => after === null || userId > after);
  for (let start = 0; start < left.length; start += limit) {
    const chosen = left.slice(start, start + limit);
    const users = await UserModel.find({ _id: { $in: chosen }, deletedAt: null }, { _id: 1 })
      .sort({ _id: 1 })
      .lean();
    if (users.length > 0) return users.map(({ _id }) => _id.toHexString());
  }
  return [];
}

/**
 * What does the same work has the same id, and a user at most one such job pending. Ordinary runs
 * all do the same; a run for a day asked for by name does other work, and a backfill of that day may
 * overwrite what that one must not.
 */
function deduplicationId(userId: string, { asOf, explicitAsOf, backfill }: UserDataInput): string {
  if (backfill) return `backfill-${asOf}-${userId}`;
  return explicitAsOf ? `asof-${asOf}-${userId}` : userId;
}
