import { AppError } from '../../errors/AppError.ts';

/** Nobody has this id any more, or ever had: trying again cannot help. */
export function userNotFound(userId: string): AppError {
  return new AppError(
    'USER_NOT_FOUND',
    `There is no user ${userId}: deleted since the run began, or never there.`,
    { details: { userId } },
  );
}
