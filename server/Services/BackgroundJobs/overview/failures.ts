import type { JobFailure } from '../../../models/system/JobStatusModel.ts';
import { timesOfRun } from '../admin/likelyTimes.ts';
import { newestRecords } from '../admin/newestRecords.ts';
import { type Dismissal, readDismissals } from './dismissals.ts';

/** Failed jobs of one cause, as they are found. */
export interface FailureGroup {
  code: string;
  jobs: number;
  users: number;
  firstAt: Date;
  lastAt: Date;
  /** The commonest texts, without what differs from job to job, each with a job that failed so. */
  texts: { text: string; jobs: number; example: string }[];
}

/** The same as people see it. */
export interface ShownGroup extends FailureGroup {
  /** Who has set those up to an instant aside, and why; null when nobody has. */
  dismissed: Dismissal | null;
}

export interface FailureGroups {
  items: ShownGroup[];
  /** How many failed jobs were looked at, and whether older ones stand failed too. */
  looked: number;
  more: boolean;
}

const LOOKED = 2_000;
const TEXTS = 5;

interface Failed {
  _id: string;
  userId: { toString(): string } | null;
  error: JobFailure | null;
  queuedAt: Date;
  finishedAt: Date | null;
}

/**
 * The newest failed jobs by cause, the most frequent first: of one run, or of all. It looks at 2,000 at
 * most, so that a hundred thousand failures cost no more.
 */
export async function groupFailures(runId?: string): Promise<FailureGroups> {
  const likely = runId === undefined ? [] : await timesOfRun(runId);
  const [docs, dismissals] = await Promise.all([
    newestRecords<Failed>(
      { status: 'failed', ...(runId !== undefined && { runId }) },
      { userId: 1, error: 1, finishedAt: 1 },
      { count: LOOKED + 1, likely },
    ),
    readDismissals(),
  ]);
  const looked = docs.slice(0, LOOKED);
  return {
    items: groupByCause(looked).map((group) => ({
      ...group,
      dismissed: dismissals.get(group.code) ?? null,
    })),
    looked: looked.length,
    more: docs.length > LOOKED,
  };
}

/** Exported for its test: the groups of these jobs, the most frequent first. */
export function groupByCause(docs: readonly Failed[]): FailureGroup[] {
  const groups = new Map<string, Failed[]>();
  for (const doc of docs) {
    const code = doc.error?.code ?? 'UNKNOWN';
    groups.set(code, [...(groups.get(code) ?? []), doc]);
  }
  return [...groups]
    .map(([code, jobs]) => groupOf(code, jobs))
    .sort((left, right) => right.jobs - left.jobs);
}

function groupOf(code: string, docs: readonly Failed[]): FailureGroup {
  const times = docs.map(({ finishedAt, queuedAt }) => (finishedAt ?? queuedAt).getTime());
  const texts = new Map<string, { text: string; jobs: number; example: string }>();
  for (const { _id, error } of docs) {
    const text = withoutIds(error?.message ?? '');
    const seen = texts.get(text);
    if (seen === undefined) texts.set(text, { text, jobs: 1, example: _id });
    else seen.jobs += 1;
  }
  return {
    code,
    jobs: docs.length,
    users: new Set(docs.flatMap(({ userId }) => userId?.toString() ?? [])).size,
    firstAt: new Date(times.reduce((least, time) => Math.min(least, time))),
    lastAt: new Date(times.reduce((most, time) => Math.max(most, time))),
    texts: [...texts.values()].sort((left, right) => right.jobs - left.jobs).slice(0, TEXTS),
  };
}

/** A message without ids, numbers and quoted values: what two failures of one cause have in common. */
export function withoutIds(message: string): string {
  return message
    .replace(/"[^"]*"|“[^”]*”/g, '"…"')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '…')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b/gi, '…')
    .replace(/\d+(?:[.,:]\d+)*/g, 'N')
    .slice(0, 500);
}
