import { randomUUID } from 'node:crypto';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { deduplicationPart, FIELDS, keysOf, PLACES, SINGLES } from '../queues/bullmqLayout.ts';

/** A key as Redis itself writes it down. */
export interface DumpedKey {
  /** Without the prefix, so that it may be restored under another. */
  key: string;
  /** DUMP's answer. */
  dump: Buffer;
  /** Milliseconds since 1970, or null for a key that stays. */
  expiresAt: number | null;
}

/** Where a queue keeps its pending jobs. */
const LISTS = [PLACES.waiting, PLACES.active] as const;
const SORTED_SETS = [PLACES.delayed, PLACES.prioritized] as const;
const PAGE_SIZE = 500;
/** Copies of a backup that died are gone after this long. */
const COPY_KEPT_S = 3_600;

/**
 * The pending jobs of a queue, as they stood at one instant, while it goes on: its lists are copied
 * in one step, then walked. A job that ends during the walk is left out, and so are finished ones
 * from the start: what became of them MongoDB knows, or they are put in anew. Locks are left out
 * too: jobs that were at work go to other workers. Needs room in Redis for the lists of ids.
 */
export async function* dumpPending(
  redis: RedisConnection,
  prefix: string,
  queue: string,
): AsyncGenerator<DumpedKey> {
  const key = keysOf(prefix, queue);
  const mark = `backup-${randomUUID()}`;
  const copyOf = (name: string) => key(`${mark}:${name}`);
  const structures = [...LISTS, ...SORTED_SETS];
  const copying = redis.multi();
  for (const name of structures) {
    copying.copy(key(name), copyOf(name));
    copying.expire(copyOf(name), COPY_KEPT_S);
  }
  await done(copying);
  try {
    for (const name of structures) {
      const left: string[] = [];
      for (let start = 0; ; start += PAGE_SIZE) {
        const ids = await idsOf(redis, copyOf(name), isList(name), start);
        if (ids.length === 0) break;
        const page = await dumpJobs(redis, key, ids);
        left.push(...page.left);
        for (const dumped of page.dumped) yield relative(dumped, prefix);
      }
      for (const id of left) {
        await (isList(name) ? redis.lrem(copyOf(name), 0, id) : redis.zrem(copyOf(name), id));
      }
    }
    // Last, so that in a restore no job is to be found before all of it is there.
    for (const name of SINGLES) {
      for (const dumped of await dumpKeys(redis, [key(name)])) yield relative(dumped, prefix);
    }
    for (const name of structures) {
      const [dumped] = await dumpKeys(redis, [copyOf(name)]);
      if (dumped !== undefined) {
        yield relative({ ...dumped, key: key(name), expiresAt: null }, prefix);
      }
    }
  } finally {
    await redis.unlink(structures.map(copyOf));
  }
}

function isList(name: string): boolean {
  return (LISTS as readonly string[]).includes(name);
}

function idsOf(
  redis: RedisConnection,
  copy: string,
  list: boolean,
  start: number,
): Promise<string[]> {
  const end = start + PAGE_SIZE - 1;
  return list ? redis.lrange(copy, start, end) : redis.zrange(copy, String(start), String(end));
}

/** The jobs among these that are pending still, with their deduplication, and the ids of the others. */
async function dumpJobs(
  redis: RedisConnection,
  key: (name: string) => string,
  ids: readonly string[],
): Promise<{ dumped: DumpedKey[]; left: string[] }> {
  const dumps = await dumpKeys(redis, ids.map(key));
  const dumpOf = new Map(dumps.map((dumped) => [dumped.key, dumped]));
  // Asked after the dump: a job that has not ended now had not ended then.
  const reading = redis.pipeline();
  const { addedAt, endedAt, deduplicationId: heldId } = FIELDS;
  for (const id of ids) reading.hmget(key(id), addedAt, endedAt, heldId);
  const fields = (await done(reading)) as (string | null)[][];
  const dumped: DumpedKey[] = [];
  const left: string[] = [];
  const deduplicated: { id: string; holder: string }[] = [];
  for (const [position, id] of ids.entries()) {
    const [timestamp, finishedOn, deduplicationId] = fields[position] ?? [];
    const dump = dumpOf.get(key(id));
    if (dump === undefined || timestamp === null || finishedOn !== null) left.push(id);
    else {
      dumped.push(dump);
      if (deduplicationId)
        deduplicated.push({ id, holder: key(deduplicationPart(deduplicationId)) });
    }
  }
  const holding = redis.pipeline();
  for (const { holder } of deduplicated) holding.get(holder);
  const holders = await done(holding);
  const held = deduplicated.filter(({ id }, position) => holders[position] === id);
  dumped.push(
    ...(await dumpKeys(
      redis,
      held.map(({ holder }) => holder),
    )),
  );
  return { dumped, left };
}

async function dumpKeys(redis: RedisConnection, keys: readonly string[]): Promise<DumpedKey[]> {
  if (keys.length === 0) return [];
  const dumping = redis.pipeline();
  for (const key of keys) {
    dumping.dumpBuffer(key);
    dumping.pttl(key);
  }
  const answers = await done(dumping);
  const now = Date.now();
  return keys.flatMap((key, position) => {
    const dump = answers[position * 2];
    const ttlMs = Number(answers[position * 2 + 1]);
    if (!Buffer.isBuffer(dump)) return [];
    return [{ key, dump, expiresAt: ttlMs < 0 ? null : now + ttlMs }];
  });
}

function relative(dumped: DumpedKey, prefix: string): DumpedKey {
  return { ...dumped, key: dumped.key.slice(prefix.length + 1) };
}

/** Sends a pipeline. @returns the answers, in order; throws the first error among them. */
export async function done(pipeline: {
  exec(): Promise<[error: Error | null, result: unknown][] | null>;
}): Promise<unknown[]> {
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}
