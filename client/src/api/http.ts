/** What the API refused, in its own words; `status` is 0 when it gave no answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;

  constructor(status: number, code: string, message: string, requestId?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

/** The code where nothing of ours answered: the API is away, or what stands before it answered instead. */
export const NO_ANSWER = 'NO_ANSWER';

async function send<Answer>(path: string, init: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: 'same-origin' });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, NO_ANSWER, '');
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body as Answer;
  throw errorOf(response.status, body);
}

function errorOf(status: number, body: unknown): ApiError {
  const { error } = (body ?? {}) as {
    error?: { code: string; message: string; requestId: string };
  };
  // What stands between browser and API answers in a form of its own.
  if (error === undefined) return new ApiError(status, NO_ANSWER, '');
  return new ApiError(status, error.code, error.message, error.requestId);
}

/** Asks the API. @throws ApiError. */
export function ask<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return send(path, signal === undefined ? {} : { signal });
}

/** What a form on another site cannot send. */
const FROM_PAGE = { 'X-Hourwork-Session': 'page' };

/** Tells the API to do something. @throws ApiError. */
export function tell<Answer>(path: string, body: object = {}): Promise<Answer> {
  return send(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...FROM_PAGE },
    body: JSON.stringify(body),
  });
}

/** Removes what is at this path. @throws ApiError. */
export function remove<Answer>(path: string): Promise<Answer> {
  return send(path, { method: 'DELETE', headers: FROM_PAGE });
}
