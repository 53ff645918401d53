import { AppError } from '../../../errors/AppError.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import type { QueueLimits, QueuePause } from '../../../models/system/QueueModel.ts';
import { RunModel } from '../../../models/system/RunModel.ts';
import { SUSPECT_AFTER_CRASHES } from '../consuming/crashes.ts';
import { liveWorkers } from '../consuming/workerSigns.ts';
import type { Lanes } from '../enqueuing/lanes.ts';
import { queueJobId } from '../queues/envelope.ts';
import type { JobQueue } from '../queues/jobQueue.ts';
import { isRedisUnavailable } from '../queues/redisErrors.ts';
import { readSteering, steeringOf } from '../steering/queueSteering.ts';
import type { Administration } from './administration.ts';
import { workedOnBy } from './duplicates.ts';

/** Says of a job, in one sentence, why it is not running or what became of it. */
export function createWhy(lanes: Lanes): Administration['why'] {
  return async (jobId) => {
    const record = await JobStatusModel.findById(jobId).lean<JobStatusDoc>();
    if (record === null) {
      throw new AppError(
        'NOT_FOUND',
        `There is no job ${jobId}: it never was, or its record has expired.`,
      );
    }
    return { jobId, why: await sentence(record, lanes) };
  };
}

async function sentence(record: JobStatusDoc, lanes: Lanes): Promise<string> {
  switch (record.status) {
    case 'completed':
      return `It completed at ${at(record.finishedAt)} after ${times(record.attempts, 'attempt')}, in ${record.durationMs ?? 0} ms, on worker ${record.worker ?? 'unknown'}.`;
    case 'failed':
      return `It failed at ${at(record.finishedAt)} after ${times(record.attempts, 'attempt')} and is not tried again by itself: ${failure(record)}; retry it once the cause is mended.`;
    case 'duplicate':
      return whyDuplicate(record);
    case 'cancelled':
      return record.runId === null || record.error !== null
        ? `It was cancelled at ${at(record.finishedAt)}: ${record.error?.message ?? 'as was asked for.'}`
        : `It was cancelled at ${at(record.finishedAt)} with its run ${record.runId}, before a worker took it.`;
    default:
      return whyNotDone(record, lanes);
  }
}

async function whyDuplicate({ duplicateOf, key }: JobStatusDoc): Promise<string> {
  const named = duplicateOf ?? '(unknown)';
  if (key !== null && (await JobStatusModel.exists({ _id: named, key })) !== null) {
    return `It was not enqueued, because the earlier job ${named} has the same key, ${key}: the two are the same work.`;
  }
  const working = (await workedOnBy([named])).get(named) ?? named;
  const why =
    working === named
      ? `It was not enqueued, because the earlier job ${named} was still pending and does the same work`
      : `It was not enqueued, because the job ${named} was still pending; Redis lost that one, and since then ${working} does the same work`;
  const other = await JobStatusModel.findById(working, { status: 1 }).lean();
  if (other?.status !== 'cancelled') return `${why}.`;
  return `${why}; but that job was cancelled with its run, so it was not done: start a run for the user, or leave it to the next.`;
}

/** The first obstacle that stands in an open job's way, from the outside in. */
async function whyNotDone(record: JobStatusDoc, lanes: Lanes): Promise<string> {
  if (await isOfInProcessBatch(record)) {
    return 'It waits its turn in the in-process batch of the API process, which works without the queue.';
  }
  const queue = lanes.find(record.queue)?.queue;
  if (queue === undefined) {
    return `Its queue ${record.queue} is not in the catalogue of this version: deploy the version that has it.`;
  }
  if (record.cancelRequestedAt !== undefined) {
    return `It is being cancelled, as was asked for at ${at(record.cancelRequestedAt)}; work that does not listen to its signal may go on after it is recorded.`;
  }
  if (record.status === 'scheduled' && record.postponedSince !== undefined) {
    return `Its own work asked for a later time, ${at(record.runAt)}, as it has since ${at(record.postponedSince)}; it goes on by itself then.`;
  }
  if (record.status === 'scheduled') {
    return `It is due at ${at(record.runAt)} and waits in MongoDB until then; it goes into the queue shortly before.`;
  }
  const place = await placeOf(record, queue);
  if (place === null) {
    return 'Redis is away, so no job can be handed out; its record is safe and it goes on by itself when Redis answers.';
  }
  if (place === 'active') {
    return `It is running on worker ${record.worker ?? '(just taken)'}, in its attempt ${record.attempts + 1}.`;
  }
  if (place === 'unknown') return whyNotInRedis(record);
  if (place === 'completed' || place === 'failed') {
    return `It has ${place} in the queue, and its record is about to follow.`;
  }
  const { paused, limits } = (await readSteering()).get(queue.name) ?? steeringOf();
  if (paused !== null || (await queue.isPaused())) return whyPaused(queue.name, paused);
  const { length: workers } = await liveWorkers(queue.name);
  if (workers === 0) {
    return 'No worker takes jobs from this queue: start one with "npx pm2 start ecosystem.config.js --only worker".';
  }
  const delay = place === 'delayed' ? await whyDelayed(record, queue) : null;
  if (delay !== null) return delay;
  if (await queue.isAtItsLimit()) return whyLimited(queue.name, limits);
  const { waiting } = await queue.pendingCounts();
  return `It waits for its turn: ${times(waiting, 'job')} in the queue, ${times(workers, 'worker')} at work on them.`;
}

function whyPaused(queue: string, pause: QueuePause | null): string {
  const since = pause === null ? '' : `, since ${at(pause.at)}`;
  const note = pause === null || pause.note === '' ? '' : ` ("${pause.note}")`;
  return `The queue ${queue} is paused by an admin${since}${note}; it goes on when the queue is resumed.`;
}

function whyLimited(queue: string, { maxConcurrency, rate }: QueueLimits): string {
  const most = maxConcurrency === null ? [] : [`${times(maxConcurrency, 'job')} at once`];
  const pace = rate === null ? [] : [`${rate.max} in ${rate.durationMs} ms`];
  return `The queue ${queue} is at its limit (${[...most, ...pace].join(', ')}); it begins as soon as others have ended.`;
}

async function isOfInProcessBatch({ runId }: JobStatusDoc): Promise<boolean> {
  if (runId === null) return false;
  const run = await RunModel.findById(runId, { mode: 1 }).lean();
  return run?.mode === 'legacy';
}

/** Null for a job that has gone on meanwhile. */
async function whyDelayed(record: JobStatusDoc, queue: JobQueue): Promise<string | null> {
  const [job] = await queue.look([queueJobId(record._id, record.generation)]);
  if (job?.state !== 'pending') return null;
  const { attempts, starts, crashes } = job;
  // Only a start that was handed back, attempt and claim untouched, leaves nothing in the record.
  const handedBack = starts > record.starts && attempts <= record.attempts;
  if (handedBack && crashes >= SUSPECT_AFTER_CRASHES) {
    return `It was at work when workers crashed, ${times(crashes, 'time')}; such jobs are done one at a time in each worker, and it is tried again within seconds.`;
  }
  if (handedBack) {
    return 'A worker that does not know its name or version handed it back; a newer worker takes it: reload those that are older, with "npx pm2 reload ecosystem.config.js --only worker".';
  }
  if (attempts > 0) {
    return `Its attempt ${attempts} failed (${failure(record)}); it waits for its next try.`;
  }
  if (record.runAt !== null && record.runAt > new Date()) {
    return `It is due at ${at(record.runAt)}, and goes on by itself then.`;
  }
  if (record.generation > 1) {
    return 'It was put in anew at a limited rate, and its turn comes by itself.';
  }
  return null;
}

async function placeOf(record: JobStatusDoc, queue: JobQueue): Promise<string | null> {
  try {
    const [place] = await queue.places([queueJobId(record._id, record.generation)]);
    return place ?? 'unknown';
  } catch (error) {
    if (isRedisUnavailable(error)) return null;
    throw error;
  }
}

async function whyNotInRedis(record: JobStatusDoc): Promise<string> {
  const run =
    record.runId === null ? null : await RunModel.findById(record.runId, { status: 1 }).lean();
  if (run?.status === 'cancelled') return 'Its run was cancelled; it is about to be marked so.';
  return 'Redis does not have it (it was refused, or Redis lost its data); the reconciler puts it in again within two minutes.';
}

function failure({ error }: JobStatusDoc): string {
  return error === null
    ? 'no reason was recorded'
    : // It stands within a sentence of ours.
      `${error.code}, ${error.message.replace(/\.$/, '')}`;
}

function at(instant: Date | null): string {
  return instant?.toISOString() ?? 'an unknown time';
}

function times(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
