import type { Redis } from 'ioredis';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../server/models/system/RunModel.ts';
import type { AcceptedRun } from './acceptedRuns.ts';
import { QUEUE } from './redisOfDeployment.ts';

/** A job that Redis takes up again only to find it done needs its lock to end first. */
const PENDING_MS = 30_000;

/** Runs begun under the keys of these requests of which nobody was told. */
export async function strayRuns(runs: readonly AcceptedRun[]): Promise<number> {
  const known = new Set(runs.map(({ runId }) => runId));
  const keys = runs.map(({ key }) => key);
  const begun = await RunModel.find({ 'request.key': { $in: keys } }, { _id: 1 }).lean();
  return begun.filter(({ _id }) => !known.has(_id)).length;
}

/** Records that each run has too many or too few: it must have one of each user asked for. */
export async function recordsAmiss(runs: readonly AcceptedRun[]): Promise<number> {
  const records = await JobStatusModel.find(
    { runId: { $in: runs.map(({ runId }) => runId) } },
    { _id: 1 },
  ).lean();
  const asked = new Set(runs.flatMap(({ jobIds }) => jobIds));
  const there = new Set(records.map(({ _id }) => _id));
  const tooFew = [...asked].filter((id) => !there.has(id)).length;
  return records.length - (asked.size - tooFew) + tooFew;
}

/**
 * Jobs that Redis still has pending though they should not be: any of these runs, all of which are
 * recorded as ended, and a second one of a user in another run.
 */
export async function pendingAmiss(redis: Redis, runs: readonly AcceptedRun[]): Promise<number> {
  const ended = new Set(runs.flatMap(({ jobIds }) => jobIds));
  // While no look has succeeded: no bound allows NaN.
  let amiss = Number.NaN;
  await waitUntil(
    async () => {
      amiss = await countPendingAmiss(redis, ended);
      return amiss === 0;
    },
    { timeoutMs: PENDING_MS, what: 'Redis to have no job pending that is done' },
  ).catch(() => undefined);
  return amiss;
}

async function countPendingAmiss(redis: Redis, ended: ReadonlySet<string>): Promise<number> {
  const lists = await Promise.all([
    ...['wait', 'active', 'paused'].map((list) => redis.lrange(`${QUEUE}:${list}`, 0, -1)),
    ...['delayed', 'prioritized'].map((set) => redis.zrange(`${QUEUE}:${set}`, '0', '-1')),
  ]);
  const ids = lists.flat();
  const users = await Promise.all(ids.map((id) => redis.hget(`${QUEUE}:${id}`, 'deid')));
  const seen = new Set<string>();
  return ids.filter((id, position) => {
    const user = users[position];
    const isSecond = typeof user === 'string' && seen.has(user);
    if (typeof user === 'string') seen.add(user);
    return isSecond || ended.has(id.replace(/-g\d+$/, ''));
  }).length;
}
