import { AppError } from '../errors/AppError.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { isMongoUnavailable } from '../models/mongoErrors.ts';
import { type ApiErrorCode, HTTP_STATUS } from './httpStatus.ts';

type Details = Readonly<Record<string, unknown>>;

/** An error in the form it is answered with; `cause` is only for the log. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly details: Details | undefined;

  constructor(code: ApiErrorCode, message: string, details?: Details, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.status = HTTP_STATUS[code];
    this.details = details;
  }
}

/** Messages that are the same wherever the error arose. */
const FIXED_MESSAGE: Partial<Record<ErrorCode, string>> = {
  REDIS_UNAVAILABLE: 'Redis is required for job scheduling. Please ensure Redis is running.',
  MONGODB_UNAVAILABLE:
    'MongoDB gives no answer, or cannot serve now. Please ensure MongoDB is running.',
  // Who asks need not be logged in: where the backup is stands in the log.
  DATABASE_RESTORING:
    'The database is being restored from a backup, or that was interrupted. If no restore runs any more: npm run restore -- --recover',
};

/** What Express and its body parser refuse, by the `type` of their errors. */
const PARSER_ERRORS: Readonly<Record<string, readonly [ApiErrorCode, string]>> = {
  'entity.parse.failed': ['VALIDATION_FAILED', 'The body is not valid JSON.'],
  'entity.too.large': ['PAYLOAD_TOO_LARGE', 'The body is larger than 1 MB.'],
  'encoding.unsupported': ['UNSUPPORTED_MEDIA_TYPE', 'The encoding of the body is not known.'],
  'charset.unsupported': ['UNSUPPORTED_MEDIA_TYPE', 'The body must be in UTF-8.'],
};

function isClientError(error: unknown): error is Error & { status: number; type?: unknown } {
  if (!(error instanceof Error) || !('status' in error)) return false;
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500;
}

/** Whatever was thrown, as an answer; what nobody foresaw is `INTERNAL` and tells nothing. */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof AppError) {
    const message = FIXED_MESSAGE[error.code] ?? error.message;
    return new HttpError(error.code, message, error.details, error);
  }
  if (isMongoUnavailable(error)) {
    return toHttpError(new AppError('MONGODB_UNAVAILABLE', '', { cause: error }));
  }
  if (isClientError(error)) {
    const [code, message] = PARSER_ERRORS[String(error.type)] ?? [
      'VALIDATION_FAILED',
      'The request cannot be read.',
    ];
    return new HttpError(code, message, undefined, error);
  }
  return new HttpError('INTERNAL', 'Something went wrong on our side.', undefined, error);
}
