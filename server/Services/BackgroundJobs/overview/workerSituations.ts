import type { Facts } from './facts.ts';
import { type Found, situation } from './situation.ts';

/** What is the matter with the workers, and with the clock of one. */
export function workerSituations(facts: Facts): Found[] {
  const { silentWorkers, workers, clockSetBack } = facts;
  const versions = [...new Set(workers.map(({ version }) => version))].sort();
  const newest = new Date(Math.max(...workers.map(({ startedAt }) => startedAt.getTime())));
  return [
    ...silentWorkers.map(({ worker: subject, lastSeenAt: since }) =>
      situation('worker-silent', 'warning', { subject, since }),
    ),
    ...workers.flatMap(({ worker: subject, startedAt: since, failedQueues }) =>
      failedQueues.map(({ reason: note }) =>
        situation('worker-unfit', 'warning', { subject, since, note }),
      ),
    ),
    ...(clockSetBack === null
      ? []
      : [situation('clock-set-back', 'warning', { note: clockSetBack })]),
    ...(versions.length > 1
      ? [situation('versions-mixed', 'notice', { since: newest, note: versions.join(', ') })]
      : []),
  ];
}
