import type { EnqueueOptions } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';

/** The flags of `npm run enqueue`, as they were typed. */
export interface EnqueueFlags {
  key?: string;
  unique?: string;
  uniqueUntil?: string;
  runAt?: string;
  priority?: string;
  attempts?: string;
}

/** @throws Error that names the flag which cannot be used. */
export function optionsOf({
  key,
  unique,
  uniqueUntil,
  runAt,
  priority,
  attempts,
}: EnqueueFlags): EnqueueOptions {
  return {
    ...(key !== undefined && { key }),
    ...(unique !== undefined && { unique }),
    ...(uniqueUntil !== undefined && { uniqueUntil: startOrEnd(uniqueUntil) }),
    ...(runAt !== undefined && { runAt: instantOf(runAt) }),
    ...(priority !== undefined && { priority: numberOf('--priority', priority) }),
    ...(attempts !== undefined && { attempts: numberOf('--attempts', attempts) }),
  };
}

/** @throws Error when it is no JSON. */
export function payloadOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(
      `The payload is no JSON (${(error as Error).message}): quote it as '{"id":1}'.`,
    );
  }
}

function startOrEnd(text: string): 'start' | 'end' {
  if (text === 'start' || text === 'end') return text;
  throw new Error(`--unique-until ${text}: say start or end.`);
}

function instantOf(text: string): Date {
  const instant = new Date(text);
  const isWhole = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text);
  if (isWhole && !Number.isNaN(instant.getTime())) return instant;
  throw new Error(
    `--run-at ${text}: name an instant with its offset, such as 2026-11-22T11:00:00Z.`,
  );
}

function numberOf(flag: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number)) return number;
  throw new Error(`${flag} ${text}: name a whole number.`);
}
