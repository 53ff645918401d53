import { readOne } from '../../../models/readDeadline.ts';
import { type JobState, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { RunModel } from '../../../models/system/RunModel.ts';

/** What a search asks for; a job fits when all of it does. */
export interface JobSearch {
  status?: JobState | undefined;
  /** ObjectId or externalId. */
  user?: string | undefined;
  run?: string | undefined;
  kind?: string | undefined;
  queue?: string | undefined;
  /** An error's code. */
  error?: string | undefined;
  key?: string | undefined;
  /** The id of a job, of a run or of a user, whichever there is. */
  id?: string | undefined;
}

interface Found {
  filter: Record<string, unknown>;
  /** Whether the filter's index leads to few records, or the newest are looked through. */
  among: 'few' | 'many';
}

type FindUserId = (reference: string) => Promise<string | null>;

/** The search as a filter on records; null when nothing can fit. */
export async function searchFilter(
  { id, ...words }: JobSearch,
  findUserId: FindUserId,
): Promise<Found | null> {
  const named = id === undefined ? {} : await whatIsNamed(id, findUserId);
  if (named === null) return null;
  const userId = words.user === undefined ? undefined : await findUserId(words.user);
  if (userId === null) return null;
  const conditions = [
    named,
    userId === undefined ? {} : { userId },
    words.run === undefined ? {} : { runId: words.run },
    words.status === undefined ? {} : { status: words.status },
    words.kind === undefined ? {} : { kind: words.kind },
    words.queue === undefined ? {} : { queue: words.queue },
    words.error === undefined ? {} : { 'error.code': words.error },
    // `keyHeld` has an index, and holds a key for as long as it is taken.
    words.key === undefined ? {} : { keyHeld: words.key },
  ].filter((condition) => Object.keys(condition).length > 0);
  const filter = conditions.length > 1 ? { $and: conditions } : { ...conditions[0] };
  const among = [id, words.user, words.run].some((word) => word !== undefined) ? 'few' : 'many';
  return { filter, among };
}

async function whatIsNamed(
  id: string,
  findUserId: FindUserId,
): Promise<Record<string, unknown> | null> {
  const [job, run, user] = await Promise.all([
    readOne((options) => JobStatusModel.findOne({ _id: id }, { _id: 1 }, options).lean()),
    readOne((options) => RunModel.findOne({ _id: id }, { _id: 1 }, options).lean()),
    findUserId(id),
  ]);
  if (job !== null) return { _id: id };
  if (run !== null) return { runId: id };
  return user === null ? null : { userId: user };
}
