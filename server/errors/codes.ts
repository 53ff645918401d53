/** Every code an error of Hourwork may carry, in a job's record or in an HTTP answer. */
export const ERROR_CODES = [
  // Asked wrongly
  'VALIDATION_FAILED',
  'UNAUTHENTICATED',
  'INVALID_CREDENTIALS',
  'FORBIDDEN',
  'NOT_FOUND',
  'RATE_LIMITED',
  'TOO_MANY_STREAMS',
  // In conflict with the state of things
  'JOB_NOT_FAILED',
  'JOB_PENDING',
  'JOB_FINISHED',
  'NOT_CANCELLABLE',
  'RUN_FINISHED',
  'IDEMPOTENCY_KEY_REUSED',
  'UNKNOWN_USERS',
  'ORDER_STATE',
  'ORDER_ID_TAKEN',
  'INVOICE_SETTLED',
  'SERVICE_INACTIVE',
  'DATA_KEY_MISSING',
  'HTTP_TASKS_OFF',
  // A dependency is away
  'REDIS_UNAVAILABLE',
  'REDIS_PERMISSION_DENIED',
  'REDIS_PREFIX_TAKEN',
  'REDIS_NEARLY_FULL',
  'MONGODB_UNAVAILABLE',
  'MONGODB_SLOW',
  'DATABASE_RESTORING',
  'SHUTTING_DOWN',
  // What ends a job
  'USER_NOT_FOUND',
  'INVALID_PAYLOAD',
  'INVALID_RESULT',
  'UNKNOWN_JOB',
  'DEADLINE_EXCEEDED',
  'CRASHED_TOO_OFTEN',
  'GAVE_UP',
  'NOT_RETRYABLE',
  'PROCESS_DIED',
  'JOB_FAILED',
  // Ours
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];
