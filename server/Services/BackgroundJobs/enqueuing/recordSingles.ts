import { isDeepStrictEqual } from 'node:util';
import { insertJobRecords, type NewJobRecord } from '../../../models/system/insertJobRecords.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { recordOfEnded } from '../consuming/jobRecords.ts';
import { tally } from '../numbers/tally.ts';
import { queueJobId } from '../queues/envelope.ts';
import type { QueueEntry } from '../queues/jobQueue.ts';
import { daysAfter } from '../recording/expiry.ts';
import { writeRecords } from '../recording/writeRecords.ts';
import { singleJobId } from '../runs/runId.ts';
import type { JobRequest } from './acceptRequest.ts';
import { type Enqueued, keyReused } from './enqueuer.ts';
import { newRecord } from './entries.ts';
import type { Lanes } from './lanes.ts';

/** A request on its way into the records. */
export interface NewSingle {
  request: JobRequest;
  runSeq: number;
  /** `scheduled` waits in MongoDB alone. */
  status: 'queued' | 'scheduled';
}

interface Recorded {
  /** For each request, in order: what became of it. */
  answers: (Enqueued | Error)[];
  /** What is to be handed over. */
  entries: QueueEntry[];
}

/** A job that was in the way is gone at the next try, unless others come in between each time. */
const TRIES = 5;
const TOO_FAST = 'Jobs with the same key or unique came and went too fast: ask again.';

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

type Attempt = { position: number; single: NewSingle; entry: QueueEntry };

/**
 * Makes the records of single jobs, durably, with one write where nothing is in the way. A request
 * whose key is known is answered with that job; one whose `unique` is held becomes its holder's duplicate.
 */
export async function recordSingles(
  singles: readonly NewSingle[],
  lanes: Lanes,
): Promise<Recorded> {
  const answers = new Map<number, Enqueued | Error>();
  const entries: QueueEntry[] = [];
  let left: Attempt[] = singles.map((single, position) => ({
    ...{ position, single },
    entry: entryOf(single),
  }));
  for (let tries = 0; left.length > 0; tries += 1) {
    const again: Attempt[] = [];
    const now = new Date();
    const conflicts = await insertJobRecords(left.map((attempt) => recordOf(attempt, now)));
    for (const [index, attempt] of left.entries()) {
      const conflict = conflicts.get(index);
      if (conflict === undefined) {
        const { position, single, entry } = attempt;
        answers.set(position, { jobId: entry.envelope.jobId, became: 'accepted' });
        tally(single.request, { accepted: 1 });
        if (single.status === 'queued') entries.push(entry);
      } else {
        // What goes wrong with one request is its own: others of the page are recorded already.
        const answer = await answerFor(attempt, conflict, lanes).catch(asError);
        if (answer !== null) answers.set(attempt.position, answer);
        else if (tries < TRIES) again.push(attempt);
        else answers.set(attempt.position, new Error(TOO_FAST));
      }
    }
    left = again;
  }
  return { answers: singles.map((_, position) => answers.get(position) ?? new Error()), entries };
}

function recordOf({ single: { request, status }, entry }: Attempt, now: Date): NewJobRecord {
  return { ...newRecord(request.queue, entry, now), status };
}

function entryOf({ request, runSeq }: NewSingle): QueueEntry {
  const { queue: _, runAt, ...rest } = request;
  return {
    envelope: {
      ...rest,
      ...{ jobId: singleJobId(), runSeq, runId: null, generation: 1, spent: null, late: null },
      runAt: runAt?.getTime() ?? null,
    },
    deduplicationId: null,
  };
}

/** @returns null when what was in the way is gone: the request is to be tried again. */
async function answerFor(
  attempt: Attempt,
  indexInTheWay: string,
  lanes: Lanes,
): Promise<Enqueued | Error | null> {
  const { kind, key, unique } = attempt.single.request;
  // First, whichever index the server names: a known job with the same unique is no duplicate of itself.
  const known = key === null ? null : await answerForKey(attempt, key);
  if (known !== null || indexInTheWay.includes('keyHeld')) return known;
  if (unique === null) {
    return new Error(`A job of ${kind} could not be recorded: ${indexInTheWay} was in the way.`);
  }
  const holder = await JobStatusModel.findOne({ kind, uniqueHeld: unique }).lean<JobStatusDoc>();
  if (holder === null || (await recordIfEnded(holder, lanes))) return null;
  return recordDuplicate(attempt, holder, lanes);
}

async function answerForKey(
  { single: { request } }: Attempt,
  key: string,
): Promise<Enqueued | Error | null> {
  const { kind, payload } = request;
  const known = await JobStatusModel.findOne({ kind, keyHeld: key }).lean<JobStatusDoc>();
  if (known === null) return null;
  if (!isDeepStrictEqual(known.payload, payload)) return keyReused(kind, key, known._id);
  return { jobId: known._id, became: 'known', status: known.status };
}

/** Redis may know that the holder has ended while its record is on its way: then it is recorded first. */
async function recordIfEnded(holder: JobStatusDoc, lanes: Lanes): Promise<boolean> {
  const lane = lanes.find(holder.queue);
  if (lane === undefined || holder.status === 'scheduled') return false;
  const [job] = await lane.queue.look([queueJobId(holder._id, holder.generation)]);
  if (job?.state !== 'completed' && job?.state !== 'failed') return false;
  if (job.starts < holder.starts) return false;
  await writeRecords([recordOfEnded(holder, job)], lane.retentionDays);
  // Written by us or by its recorder, it is no holder any more.
  const { _id, unique } = holder;
  return (await JobStatusModel.exists({ _id, uniqueHeld: unique ?? '' })) === null;
}

async function recordDuplicate(
  attempt: Attempt,
  { _id: of }: JobStatusDoc,
  lanes: Lanes,
): Promise<Enqueued> {
  const now = new Date();
  const { keyHeld: _, uniqueHeld: __, ...record } = recordOf(attempt, now);
  await insertJobRecords([
    {
      ...record,
      ...{ status: 'duplicate', duplicateOf: of, finishedAt: now },
      expiresAt: daysAfter(now, lanes.of(attempt.single.request.queue).duplicateRetentionDays),
    },
  ]);
  tally(attempt.single.request, { accepted: 1, duplicates: 1 });
  return { jobId: attempt.entry.envelope.jobId, became: 'duplicate', of };
}
