import type { Facts } from './facts.ts';
import { type Found, situation } from './situation.ts';

/** Fewer failed jobs than this say nothing about a run. */
const MANY_FAILED = 5;

/** What is the matter with the newest runs. */
export function runSituations({ runs, lastFailure }: Pick<Facts, 'runs' | 'lastFailure'>): Found[] {
  const [newest] = runs;
  if (newest === undefined) return [];
  const unbalanced = runs
    .filter(({ balanced }) => !balanced)
    .map((run) =>
      situation('run-unbalanced', 'warning', { subject: run.runId, since: run.startedAt }),
    );
  const { completed, failed, runId: subject, startedAt: since, warnings, finishedAt } = newest;
  const failing =
    failed >= MANY_FAILED && failed >= completed
      ? [
          situation('run-failing', completed === 0 ? 'down' : 'warning', {
            subject,
            since,
            affected: failed,
            of: completed + failed,
            note: lastFailure?.code ?? null,
          }),
        ]
      : [];
  const warned =
    finishedAt === null && warnings[0] !== undefined
      ? [situation('run-warned', 'warning', { subject, since, note: warnings[0] })]
      : [];
  return [...failing, ...unbalanced, ...warned];
}

/** How well it goes, where nothing is the matter. */
export function well({ runs }: Pick<Facts, 'runs'>): Found {
  const open = runs.find(({ finishedAt }) => finishedAt === null);
  if (open !== undefined) {
    const affected = open.enumerated - open.queued - open.active - open.delayed;
    const about = { subject: open.runId, since: open.startedAt, affected, of: open.enumerated };
    return situation('run-goes-on', 'well', about);
  }
  const last = runs[0];
  return situation('all-well', 'well', {
    subject: last?.runId ?? null,
    since: last?.finishedAt ?? null,
    affected: last?.completed ?? null,
    of: last?.enumerated ?? null,
  });
}
