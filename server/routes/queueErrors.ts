import type { ErrorCode } from '../errors/codes.ts';

/** What needs the queue is refused so while Redis is away, or not for this installation. */
export const REDIS_UNUSABLE = [
  'REDIS_UNAVAILABLE',
  'REDIS_PERMISSION_DENIED',
  'REDIS_PREFIX_TAKEN',
] as const satisfies ErrorCode[];

/** What puts jobs in is refused so besides. */
export const ENQUEUE_ERRORS = [...REDIS_UNUSABLE, 'REDIS_NEARLY_FULL'] as const;
