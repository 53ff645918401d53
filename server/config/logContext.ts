import { AsyncLocalStorage } from 'node:async_hooks';

/** What every line logged within a request or a job says of where it belongs. */
export interface LogContext {
  requestId?: string | undefined;
  accountId?: string | undefined;
  runId?: string | undefined;
  jobId?: string | undefined;
  userId?: string | undefined;
}

const storage = new AsyncLocalStorage<LogContext>();

/**
 * Runs `work` so that each line logged within it, however deep and asynchronous, carries `context`
 * on top of what already surrounds it.
 */
export function withLogContext<Result>(context: LogContext, work: () => Result): Result {
  return storage.run({ ...storage.getStore(), ...context }, work);
}

/** Adds to the surrounding context from here on; without one it does nothing. */
export function extendLogContext(context: LogContext): void {
  const surrounding = storage.getStore();
  if (surrounding !== undefined) Object.assign(surrounding, context);
}

/** The surrounding context, such as to hand its `requestId` on to a job; `{}` outside of any. */
export function currentLogContext(): Readonly<LogContext> {
  return storage.getStore() ?? {};
}
