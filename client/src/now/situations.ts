import { ApiError, NO_ANSWER } from '../api/http.ts';
import type { Overview, Situation } from '../api/shapes.ts';
import { searchPath } from '../jobs/search.ts';
import type { words } from '../words/words.ts';

/** What is the matter, as the API says it, or as the page finds it when that could not be asked for. */
export interface Matter extends Omit<Situation, 'code'> {
  code: Situation['code'] | Unasked;
}
/** Why the API could not say what is the matter. */
type Unasked = 'api-away' | 'mongo-away' | 'mongo-slow' | 'restoring' | 'api-refuses';

/**
 * All that is the matter, the worst first, never empty. When the last request failed, the older overview says
 * nothing about the present, so the failure alone is what is the matter.
 * @param error of the last request; null if it was answered.
 */
export function mattersOf({ situations, asOf }: Overview, error: unknown): readonly Matter[] {
  if (!(error instanceof ApiError)) return situations;
  const next = situations[0]?.next ?? null;
  const { message: note, requestId: subject = null } = error;
  const about = { subject, note, affected: null, of: null, by: null };
  return [{ code: unaskedFor(error), level: 'down', since: asOf, next, ...about }];
}

function unaskedFor({ code }: ApiError): Unasked {
  if (code === NO_ANSWER) return 'api-away';
  if (code === 'MONGODB_UNAVAILABLE') return 'mongo-away';
  if (code === 'DATABASE_RESTORING') return 'restoring';
  return code === 'MONGODB_SLOW' ? 'mongo-slow' : 'api-refuses';
}

/** The click that mends what is the matter, or leads to the page where it is mended. */
export type Way =
  | { is: 'resume'; queue: string }
  | { is: 'start'; schedule: string }
  | { is: 'look'; to: string; page: keyof typeof words.now.look };

/** The click for it; null where there is none. */
export function wayOf({ code, subject }: Matter, mayAct: boolean): Way | null {
  switch (code) {
    case 'queue-paused':
      return mayAct && subject !== null
        ? { is: 'resume', queue: subject }
        : { is: 'look', to: '/queues', page: 'queues' };
    case 'schedule-stopped':
      return mayAct && subject !== null
        ? { is: 'start', schedule: subject }
        : { is: 'look', to: '/schedules', page: 'schedules' };
    case 'slot-missed':
    case 'schedule-silent':
    case 'nothing-done':
      return { is: 'look', to: '/schedules', page: 'schedules' };
    case 'run-failing':
    case 'jobs-failed':
    case 'failures-rising':
      return { is: 'look', to: '/failures', page: 'failures' };
    case 'run-unbalanced':
    case 'run-warned':
    case 'run-goes-on':
      return { is: 'look', to: `/runs/${subject}`, page: 'run' };
    case 'destination-held':
      return { is: 'look', to: '/destinations', page: 'destinations' };
    case 'provider-refuses':
      return { is: 'look', to: searchPath('kind:whatsapp status:scheduled'), page: 'jobs' };
    case 'nobody-works':
    case 'stands-still':
    case 'goes-in-circles':
    case 'worker-silent':
    case 'worker-unfit':
    case 'versions-mixed':
      return { is: 'look', to: '/workers', page: 'workers' };
    case 'queue-unseen':
      return { is: 'look', to: '/queues', page: 'queues' };
    case 'redis-away':
    case 'mongo-away':
    case 'mongo-slow':
    case 'restoring':
    case 'api-away':
    case 'api-refuses':
    case 'clock-set-back':
    case 'import-unfinished':
    case 'all-well':
      return null;
  }
}
