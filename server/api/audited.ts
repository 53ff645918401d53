import { withoutSecretShapes } from '../config/redaction.ts';
import type { Route } from '../routes/route.ts';
import type { Action } from '../Services/Audit/audit.ts';
import type { Identity } from '../Services/Auth/authentication.ts';
import { HttpError } from './HttpError.ts';

/** The fields of a body whose texts are kept: other texts may hold a secret, or be long. */
const KEPT_TEXTS: ReadonlySet<string> = new Set([
  ...['action', 'asOf', 'by', 'code', 'expression', 'jobName', 'name', 'note', 'runId', 'timezone'],
  ...['until', 'why', 'before', 'kind', 'state', 'orderId', 'customerId'],
]);
/** In hundredths, which a reader would take for a count. */
const MONEY: ReadonlySet<string> = new Set(['freight']);

interface Asked {
  account: Identity | null;
  address: string;
  requestId: string;
  params: unknown;
  body: unknown;
}

/** Whether it is kept who used a route: whatever an administrator changes, but not the work that is put in. */
export function isAudited({ method, guard, scope }: Route): boolean {
  const isForAdministrators = guard === 'administrator' || guard === 'keyOrAdministrator';
  return method !== 'get' && isForAdministrators && scope !== 'jobs';
}

/** What was asked of a route, and what came of it. @param outcome the answer's body, or the error it is answered with. */
export function actionOf(route: Route, asked: Asked, outcome: unknown): Action {
  return {
    accountId: asked.account?.accountId ?? '',
    email: asked.account?.email ?? '',
    address: asked.address,
    requestId: asked.requestId,
    action: `${route.method.toUpperCase()} ${route.path}`,
    summary: route.summary,
    about: {
      ...plain(asked.params, () => true),
      ...plain(asked.body, (key) => KEPT_TEXTS.has(key)),
    },
    counts: outcome instanceof HttpError ? {} : numbers(outcome),
    refused: outcome instanceof HttpError ? outcome.code : null,
  };
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function plain(value: unknown, mayKeep: (key: string) => boolean): Action['about'] {
  const kept = entries(value).flatMap(([key, each]): [string, string | number | boolean][] => {
    if (MONEY.has(key)) return [];
    if (typeof each === 'number' || typeof each === 'boolean') return [[key, each]];
    if (each instanceof Date && mayKeep(key)) return [[key, each.toISOString()]];
    // A note may quote what it is about, and with it a secret.
    return typeof each === 'string' && mayKeep(key) ? [[key, withoutSecretShapes(each)]] : [];
  });
  return Object.fromEntries(kept);
}

function numbers(value: unknown): Action['counts'] {
  const found = entries(value).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return Object.fromEntries(found);
}
