import type { ErrorCode } from './codes.ts';

interface AppErrorOptions {
  details?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/**
 * An error the product foresaw. Its code decides what becomes of it: one table in api/ says what
 * it means for HTTP, one in consuming/ what it means for a job. The message is for people: what
 * happened, where, what to do; it never holds a secret.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, { details, cause }: AppErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}
