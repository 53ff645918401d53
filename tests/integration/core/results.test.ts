import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type JobRecord,
  writeRecords,
} from '../../../server/Services/BackgroundJobs/recording/writeRecords.ts';
import { useInstallation } from './installation.ts';

const installation = useInstallation();
const COUNT = 300;
const DAY_MS = 86_400_000;

/** Names that formats and libraries on the way of a result take for their own. */
const name = fc.oneof(
  fc.constantFrom('$oid', '$date', '$ref', '$id', '$db', '$set', '$literal', '_bsontype', '_id'),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toJSON',
    'toBSON',
    'a.b',
    '',
    '1',
    'a\0b',
    'keptAsText',
  ),
  fc.string(),
);
const value = fc.oneof(
  fc.constantFrom('$status', 'ObjectId', 'Double', 'a.b', 'a\u2028b', '\0', 2 ** 53, -0, null),
  fc.jsonValue({ maxDepth: 0 }),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    value,
    fc.array(tie('json'), { maxLength: 3 }),
    fc
      .array(fc.tuple(name, tie('json')), { maxLength: 4 })
      .map((fields) => Object.fromEntries(fields)),
  ),
}));

/** As JSON, whatever the order of an object's fields. */
function canonical(given: unknown): string {
  return JSON.stringify(given, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))
      : part,
  );
}

it('a result stands in its record as the work answered it, or as its text, as long as its kind says', async () => {
  const results = fc
    .sample(json, { numRuns: COUNT, seed: 15 })
    .map((each) => JSON.parse(JSON.stringify(each)));
  const { jobIds } = await installation.newRun(COUNT);
  const now = new Date();
  const records = jobIds.map(
    (jobId, position): JobRecord => ({
      ...{ jobId, generation: 1, start: 1, status: 'completed', attempts: 1, worker: 'test' },
      ...{ startedAt: now, finishedAt: now, error: null, history: [], result: results[position] },
      ...{ queue: 'user-data', kind: 'user-data', waitedMs: null },
      holdsUnique: null,
    }),
  );
  await writeRecords(records, (kind) => (kind === 'user-data' ? 400 : 7));
  const jobs = await Promise.all(jobIds.map(installation.job));
  const kept = jobs.map(({ expiresAt = now }) => (expiresAt.getTime() - now.getTime()) / DAY_MS);
  expect(new Set(kept.map(Math.floor))).toEqual(new Set([400]));
  for (const [position, { result }] of jobs.entries()) {
    const text = (result as { keptAsText?: string } | null)?.keptAsText;
    const read =
      typeof text === 'string' && Object.keys(result as object).length === 1
        ? JSON.parse(text)
        : result;
    expect([canonical(result), canonical(read)]).toContain(canonical(results[position]));
  }
});
