import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors/AppError.ts';
import {
  findRestore,
  markRestore,
  type QueuesDue,
  type RestoreDoc,
  type RestoreStage,
} from '../../models/system/RestoreModel.ts';

/** What brings a restore that was interrupted to its end, or undoes it. */
export const RECOVER = 'npm run restore -- --recover';

const STATES: Record<RestoreStage, string> = {
  loading: 'all is as it was',
  replacing: 'the database is partly replaced',
  queues: 'the database is whole, Redis may not be',
};

/** What people are told who meet the mark of a restore. */
export function restoreNotice({ folder, process, startedAt, stage }: RestoreDoc): string {
  return (
    `This database is being restored from ${folder} (begun at ${startedAt.toISOString()} by ${process}), ` +
    `or that was interrupted: ${STATES[stage]}. If that process no longer runs: ${RECOVER}`
  );
}

/**
 * Asks the database of the models, or that of another connection.
 * @throws AppError `DATABASE_RESTORING`, which says what to do, when a restore is under way or was interrupted.
 */
export async function requireNoRestore(
  ...connection: Parameters<typeof findRestore>
): Promise<void> {
  const restore = await findRestore(...connection);
  if (restore !== null) throw new AppError('DATABASE_RESTORING', restoreNotice(restore));
}

/**
 * Marks durably that a restore begins: until the mark is gone, processes and commands do nothing.
 * @throws Error when another one is under way or was interrupted.
 */
export async function beginRestore(restore: {
  folder: string;
  process: string;
  queuePrefix: string;
  queuesDue: QueuesDue;
}): Promise<RestoreDoc> {
  const token = randomUUID();
  const marked = await markRestore({
    ...restore,
    token,
    startedAt: new Date(),
    stagedAs: `restoring-${token.slice(0, 8)}-`,
  });
  if (marked !== null) return marked;
  await requireNoRestore();
  throw new Error('Another restore has just ended. Try again.');
}
