import { readMany, readOne } from '../../../models/readDeadline.ts';
import {
  JOB_STATUSES,
  type JobState,
  JobStatusModel,
} from '../../../models/system/JobStatusModel.ts';
import { RunModel } from '../../../models/system/RunModel.ts';
import type { JobKind } from '../queues/jobDefinition.ts';

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

type Filter = Record<string, unknown>;
type FindUserId = (reference: string) => Promise<string | null>;
/** A field of a record, and what it is to be. */
type Condition = readonly [field: string, value: unknown];

interface Known {
  findUserId: FindUserId;
  /** Those of the catalogue. */
  kinds: readonly Pick<JobKind, 'kind' | 'queue'>[];
}

/** All jobs, through the indexes that begin with the state, or with a kind or a run and the state. */
export const IN_ANY_STATE = { status: { $in: [...JOB_STATUSES] } };
/** Those that may have an error: what completed has none. */
const WITH_ERROR = {
  status: { $in: JOB_STATUSES.filter((state) => state !== 'completed' && state !== 'duplicate') },
};

/**
 * The search as a filter on records; null when nothing can fit. Of its words the most telling one leads through
 * its index, and what that finds is looked at for the others: a database that knows nothing of how many records have
 * a value might choose an index that leads to most of them.
 */
export async function searchFilter(
  { id, ...words }: JobSearch,
  { findUserId, kinds }: Known,
): Promise<Filter | null> {
  const { status, user, run, kind, queue, error, key } = words;
  const [named, userId, keyed] = await Promise.all([
    id === undefined ? undefined : whatIsNamed(id, findUserId),
    user === undefined ? undefined : findUserId(user),
    key === undefined ? undefined : idsOfKey(key, kind === undefined ? kinds : [{ kind }]),
  ]);
  if (named === null || userId === null || keyed?.length === 0) return null;
  const asked: Condition[] = [
    ['_id', keyed && { $in: keyed }],
    ...(named === undefined ? [] : [named]),
    ['userId', userId],
    ['runId', run],
    ['error.code', error],
    ['kind', kind],
    ['queue', queue],
  ];
  const [lead, ...others] = asked
    .filter(([, value]) => value !== undefined)
    .sort(([left], [right]) => LEADS.indexOf(left) - LEADS.indexOf(right));
  if (lead === undefined) return statesOf(status, error);
  const leadsToFew = lead[0] === '_id' || lead[0] === 'userId';
  const left: Condition[] = leadsToFew && status !== undefined ? [['status', status]] : [];
  const states = leadsToFew ? [] : [statesOf(status, error)];
  return { $and: [leadingTo(lead, kinds), ...[...others, ...left].map(besides), ...states] };
}

/** The most telling first. */
const LEADS = ['_id', 'userId', 'runId', 'error.code', 'kind', 'queue'];

/** Through the index that begins with the field. Kinds have one, queues have none. */
function leadingTo([field, value]: Condition, kinds: Known['kinds']): Filter {
  if (field !== 'queue') return { [field]: value };
  const inQueue = kinds.filter(({ queue }) => queue.name === value).map(({ kind }) => kind);
  return inQueue.length === 0 ? { queue: value } : { queue: value, kind: { $in: inQueue } };
}

/** In a form for which no index is taken. */
function besides([field, value]: Condition): Filter {
  return { $nor: [{ [field]: { $ne: value } }] };
}

function statesOf(status: JobState | undefined, error: string | undefined): Filter {
  if (status !== undefined) return { status };
  return error === undefined ? IN_ANY_STATE : WITH_ERROR;
}

/** `keyHeld` holds a key for as long as it is taken, by one job of each kind. */
async function idsOfKey(key: string, kinds: readonly { kind: string }[]): Promise<string[]> {
  const ofKinds = kinds.length === 0 ? {} : { kind: { $in: kinds.map(({ kind }) => kind) } };
  const found = await readMany((options) =>
    JobStatusModel.find({ ...ofKinds, keyHeld: key }, { _id: 1 }, options).lean(),
  );
  return found.map(({ _id }) => _id);
}

async function whatIsNamed(id: string, findUserId: FindUserId): Promise<Condition | null> {
  const [job, run, user] = await Promise.all([
    readOne((options) => JobStatusModel.findOne({ _id: id }, { _id: 1 }, options).lean()),
    readOne((options) => RunModel.findOne({ _id: id }, { _id: 1 }, options).lean()),
    findUserId(id),
  ]);
  if (job !== null) return ['_id', id];
  if (run !== null) return ['runId', id];
  return user === null ? null : ['userId', user];
}
