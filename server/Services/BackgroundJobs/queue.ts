import { type BulkJobOptions, Queue } from 'bullmq';
import type { RedisConnection } from '../../config/queueRedisConn.ts';
import { AppError } from '../../errors/AppError.ts';
import type { Admission } from './queues/admission.ts';
import { FIELDS, keysOf, LOCK, PLACES } from './queues/bullmqLayout.ts';
import { CANARY, CANARY_OPTIONS } from './queues/canary.ts';
import { queueJobId, storedEnvelope } from './queues/envelope.ts';
import type { JobQueue, OptionsOfKind, QueueEntry } from './queues/jobQueue.ts';
import { jobsAtWork } from './queues/lockless.ts';
import * as contents from './queues/queueContents.ts';
import { withRedis } from './queues/redisErrors.ts';
import { readRedisFacts, tooFull } from './queues/redisFacts.ts';
import { remove } from './queues/removal.ts';
import { steer } from './queues/steer.ts';

interface QueueSettings {
  prefix: string;
  keepFinishedMs: number;
  /** Whether Redis may be used: nothing is asked of it otherwise. Without, it may. */
  admission?: Pick<Admission, 'require'> | undefined;
}

/**
 * Opens a queue on a connection made for producers. It adds, looks and removes; it never consumes.
 * @param optionsOf also of a kind that this process does not know: an older one left it here.
 */
export function openQueue(
  name: string,
  optionsOf: OptionsOfKind,
  redis: RedisConnection,
  { prefix, keepFinishedMs, admission }: QueueSettings,
): JobQueue {
  const queue = new Queue(name, {
    connection: redis,
    prefix,
    skipVersionCheck: true,
    skipWaitingForReady: true,
    skipMetasUpdate: true,
    defaultJobOptions: {
      removeOnComplete: { age: Math.ceil(keepFinishedMs / 1000) },
      removeOnFail: { age: Math.ceil(keepFinishedMs / 1000) },
    },
  });
  // Connection errors are the connection's to log; an unheard 'error' would end the process.
  queue.on('error', () => undefined);

  const ask = <Answer>(command: () => Promise<Answer>) =>
    withRedis(async () => {
      admission?.require();
      return command();
    });
  return {
    name,
    add: (entries) => ask(() => add(queue, optionsOf, entries)),
    pendingCounts: () => ask(() => contents.pendingCounts(queue, redis)),
    completedOfLate: (withinMs = keepFinishedMs) =>
      ask(() => contents.completedSince(queue, redis, Date.now() - withinMs)),
    jobsAtWork: () => ask(() => jobsAtWork(redis, keysOf(prefix, name))),
    requireRoom: () => ask(() => requireRoom(redis)),
    look: (queueIds) => ask(() => Promise.all(queueIds.map((id) => contents.look(queue, id)))),
    places: (queueIds) => ask(() => contents.places(queue, redis, queueIds)),
    holderOf: (id) => ask(() => queue.getDeduplicationJobId(id)),
    remove: (queueIds) => ask(() => remove(queue, redis, queueIds)),
    pendingPage: (start, size) => ask(() => contents.pendingPage(queue, start, size)),
    endedPage: (since, start, size) =>
      ask(() => contents.endedPage(queue, redis, { since, start, size })),
    releaseLocksOf: (worker) => ask(() => releaseLocksOf(queue, redis, worker)),
    isPaused: () => ask(() => queue.isPaused()),
    steer: (to) => ask(() => steer(queue, to)),
    isAtItsLimit: () => ask(() => contents.isAtItsLimit(queue)),
    hasTakeableJob: () => ask(() => contents.hasTakeableJob(queue)),
    oldestWaitingSince: () => ask(() => contents.oldestWaitingSince(queue)),
    sendCanary: () =>
      ask(async () => {
        await queue.add(CANARY, {}, CANARY_OPTIONS);
      }),
    close: () => queue.close(),
  };
}

async function add(
  queue: Queue,
  optionsOf: OptionsOfKind,
  entries: readonly QueueEntry[],
): Promise<string[]> {
  const now = Date.now();
  const jobs = await queue.addBulk(
    entries.map((entry) => ({
      name: entry.envelope.kind,
      data: storedEnvelope(entry.envelope),
      opts: optionsOfEntry(entry, optionsOf, now),
    })),
  );
  return jobs.map((job) => String(job.id));
}

function optionsOfEntry(
  { envelope, deduplicationId, delayMs = 0 }: QueueEntry,
  optionsOf: OptionsOfKind,
  now: number,
): BulkJobOptions {
  const { attempts, retryDelayMs } = optionsOf(envelope.kind);
  const tries = Math.max(1, (envelope.maxAttempts ?? attempts) - (envelope.spent ?? 0));
  const delay = Math.max(delayMs, (envelope.runAt ?? 0) - now);
  return {
    jobId: queueJobId(envelope.jobId, envelope.generation),
    attempts: tries,
    backoff: { type: 'exponential', delay: retryDelayMs },
    stackTraceLimit: tries,
    ...(deduplicationId === null ? {} : { deduplication: { id: deduplicationId } }),
    ...(delay > 0 ? { delay } : {}),
    // Jobs without one go before all others, and of the others the lowest number goes first.
    ...(envelope.priority === null ? {} : { priority: envelope.priority }),
  };
}

async function requireRoom(redis: RedisConnection): Promise<void> {
  const percent = tooFull(await readRedisFacts(redis));
  if (percent === null) return;
  throw new AppError(
    'REDIS_NEARLY_FULL',
    `Redis has used ${percent} % of its maxmemory, and above 80 % nothing new is begun. ` +
      'Raise maxmemory, or wait until the jobs there are done.',
  );
}

/** In one step, so that a job another worker has since taken keeps its lock. */
const RELEASE_LOCKS = `
local released = 0
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if redis.call('HGET', KEYS[2] .. id, '${FIELDS.worker}') == ARGV[1] then
    released = released + redis.call('DEL', KEYS[2] .. id .. '${LOCK}')
  end
end
return released`;

async function releaseLocksOf(
  queue: Queue,
  redis: RedisConnection,
  worker: string,
): Promise<number> {
  const keys = [queue.toKey(PLACES.active), queue.toKey('')];
  return Number(await redis.eval(RELEASE_LOCKS, keys.length, ...keys, worker));
}
