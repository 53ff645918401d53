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
  /** Of the last time; without the job or order where there were several. */
  about: AuditDoc['about'];
  /** Over all times. */
  counts: Record<string, number>;
  times: number;
}

/** What names one of many to which the same is done one by one. */
const ONE_OF_MANY: ReadonlySet<string> = new Set(['jobId', 'orderId', 'customerId']);

/**
 * The same done by the same person to the same thing is one line, however often: two hundred jobs retried one by
 * one, or the rest of a cause in steps. @param entries newest first, as the lines are.
 */
export function foldActions(entries: readonly Entry[]): DoneAction[] {
  const folded = new Map<string, DoneAction>();
  for (const { at, email, accountId, action, summary, about, counts } of entries) {
    const by = email || accountId;
    const shared = Object.entries(about).filter(([name]) => !ONE_OF_MANY.has(name));
    const isOfOne = shared.length < Object.keys(about).length;
    const texts = shared.filter(([, value]) => typeof value === 'string');
    const key = JSON.stringify([by, action, texts.sort()]);
    // Of one job the answer has figures of that job, which say nothing as a sum.
    const summed = isOfOne ? {} : counts;
    const known = folded.get(key);
    if (known === undefined) {
      const line = { at, by, action, summary, about, counts: { ...summed }, times: 1 };
      folded.set(key, { what: 'action', ...line });
      continue;
    }
    known.times += 1;
    if (isOfOne) known.about = Object.fromEntries(shared);
    for (const [name, value] of Object.entries(summed)) {
      known.counts[name] = (known.counts[name] ?? 0) + value;
    }
  }
  return [...folded.values()];
}
