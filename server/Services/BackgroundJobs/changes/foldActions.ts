import type { AuditDoc } from '../../../models/AuditModel.ts';

type Entry = Pick<
  AuditDoc,
  'at' | 'email' | 'accountId' | 'action' | 'summary' | 'about' | 'counts'
>;

/** What one person did, once or several times. */
export interface DoneAction {
  what: 'action';
  /** The last time. */
  at: Date;
  /** The address of the account, or its id where there is none, as for a key. */
  by: string;
  action: string;
  summary: string;
  /** Of the last time; without the job where there were several. */
  about: AuditDoc['about'];
  /** Over all times. */
  counts: Record<string, number>;
  times: number;
}

/**
 * The same done by the same person to the same thing is one line, however often: two hundred jobs retried one by
 * one, or the rest of a cause in steps. @param entries newest first, as the lines are.
 */
export function foldActions(entries: readonly Entry[]): DoneAction[] {
  const folded = new Map<string, DoneAction>();
  for (const { at, email, accountId, action, summary, about, counts } of entries) {
    const by = email || accountId;
    const { jobId: _job, ...rest } = about;
    const texts = Object.entries(rest).filter(([, value]) => typeof value === 'string');
    const key = JSON.stringify([by, action, texts.sort()]);
    // Of one job the answer has figures of that job, which say nothing as a sum.
    const summed = 'jobId' in about ? {} : counts;
    const known = folded.get(key);
    if (known === undefined) {
      const line = { at, by, action, summary, about, counts: { ...summed }, times: 1 };
      folded.set(key, { what: 'action', ...line });
      continue;
    }
    known.times += 1;
    if ('jobId' in known.about) known.about = rest;
    for (const [name, value] of Object.entries(summed)) {
      known.counts[name] = (known.counts[name] ?? 0) + value;
    }
  }
  return [...folded.values()];
}
