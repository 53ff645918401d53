import type { ErrorCode } from '../errors/codes.ts';

/** What goes wrong in HTTP alone, before anything of ours is asked. */
type TransportCode = 'METHOD_NOT_ALLOWED' | 'PAYLOAD_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE';
export type ApiErrorCode = ErrorCode | TransportCode;

/** What each code means for HTTP: the only place that knows. */
export const HTTP_STATUS: Readonly<Record<ApiErrorCode, number>> = {
  VALIDATION_FAILED: 400,
  UNKNOWN_USERS: 400,
  UNAUTHENTICATED: 401,
  INVALID_CREDENTIALS: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  USER_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  JOB_NOT_FAILED: 409,
  JOB_PENDING: 409,
  JOB_FINISHED: 409,
  NOT_CANCELLABLE: 409,
  RUN_FINISHED: 409,
  NOT_RETRYABLE: 409,
  IDEMPOTENCY_KEY_REUSED: 409,
  ORDER_STATE: 409,
  ORDER_ID_TAKEN: 409,
  INVOICE_SETTLED: 409,
  SERVICE_INACTIVE: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  REDIS_UNAVAILABLE: 503,
  REDIS_PERMISSION_DENIED: 503,
  REDIS_PREFIX_TAKEN: 503,
  REDIS_NEARLY_FULL: 503,
  MONGODB_UNAVAILABLE: 503,
  MONGODB_SLOW: 503,
  DATABASE_RESTORING: 503,
  SHUTTING_DOWN: 503,
  TOO_MANY_STREAMS: 503,
  // It is the installation that lacks something, and the message says what.
  DATA_KEY_MISSING: 503,
  HTTP_TASKS_OFF: 503,
  // These end jobs; as the answer to a request they would be our mistake.
  INVALID_RESULT: 500,
  GAVE_UP: 500,
  INVALID_PAYLOAD: 500,
  UNKNOWN_JOB: 500,
  DEADLINE_EXCEEDED: 500,
  CRASHED_TOO_OFTEN: 500,
  PROCESS_DIED: 500,
  JOB_FAILED: 500,
  INTERNAL: 500,
};
