import { insertJobRecords } from '../../../models/system/insertJobRecords.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { tally } from '../numbers/tally.ts';
import type { QueueEntry } from '../queues/jobQueue.ts';
import { daysAfter } from '../recording/expiry.ts';
import { recordedAmong } from '../recording/recordedAmong.ts';
import { newRecord } from './entries.ts';

/** What became of items whose key was taken. */
export interface KnownItems {
  /** Those that were recorded as new after all, because the earlier job had released the key. */
  entries: QueueEntry[];
  duplicates: number;
}

/** A key is free at the next try, or has a holder, unless others come in between each time. */
const TRIES = 5;

/**
 * Records items of a run that found no place among the records because of their key, durably: the job that
 * holds the key is the same work, so each becomes its duplicate. One that has a record already is left out.
 * @throws Error when jobs with a key came and went at each try: the page is to be recorded again.
 */
export async function recordKnown(
  queue: string,
  items: readonly QueueEntry[],
  retentionDays: number,
): Promise<KnownItems> {
  const known: KnownItems = { entries: [], duplicates: 0 };
  let left = await withoutRecord(items);
  for (let tries = 0; left.length > 0; tries += 1) {
    if (tries === TRIES) throw new Error(`Jobs with the key of an item of ${queue} came and went.`);
    const now = new Date();
    const holders = await holdersOf(left);
    const held = left.flatMap((entry) => {
      const duplicateOf = holders.get(nameOf(entry.envelope));
      return duplicateOf === undefined ? [] : [{ entry, duplicateOf }];
    });
    const free = left.filter(({ envelope }) => !holders.has(nameOf(envelope)));
    const there = await insertJobRecords(
      held.map(({ entry, duplicateOf }) => {
        const { keyHeld: _, ...record } = newRecord(queue, entry, now);
        const expiresAt = daysAfter(now, retentionDays);
        return { ...record, status: 'duplicate', duplicateOf, finishedAt: now, expiresAt };
      }),
    );
    for (const [position, { entry }] of held.entries()) {
      if (there.has(position)) continue;
      known.duplicates += 1;
      tally({ queue, kind: entry.envelope.kind }, { accepted: 1, duplicates: 1 });
    }
    const taken = await insertJobRecords(free.map((entry) => newRecord(queue, entry, now)));
    for (const [position, entry] of free.entries()) {
      if (taken.has(position)) continue;
      known.entries.push(entry);
      tally({ queue, kind: entry.envelope.kind }, { accepted: 1 });
    }
    left = await withoutRecord(free.filter((_, position) => taken.has(position)));
  }
  return known;
}

async function withoutRecord(items: readonly QueueEntry[]): Promise<readonly QueueEntry[]> {
  const recorded = await recordedAmong(items.map(({ envelope }) => envelope.jobId));
  return items.filter(({ envelope }) => !recorded.has(envelope.jobId));
}

/** The jobs that hold the keys of these, by kind and key. */
async function holdersOf(items: readonly QueueEntry[]): Promise<ReadonlyMap<string, string>> {
  const kinds = [...new Set(items.map(({ envelope }) => envelope.kind))];
  const keys = items.flatMap(({ envelope }) => envelope.key ?? []);
  const holders = await JobStatusModel.find(
    { kind: { $in: kinds }, keyHeld: { $in: keys } },
    { kind: 1, key: 1 },
  ).lean();
  return new Map(holders.map(({ _id, ...holder }) => [nameOf(holder), _id]));
}

function nameOf({ kind, key }: { kind: string; key: string | null }): string {
  return `${kind} ${key}`;
}
