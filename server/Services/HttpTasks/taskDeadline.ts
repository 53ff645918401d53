import type { HttpJobDoc } from '../../models/HttpJobModel.ts';

const MARGIN_MS = 15_000;

/** How long an attempt's job may take in all: the call, and what is read and written around it. */
export function deadlineOf({ timeoutSeconds }: Pick<HttpJobDoc, 'timeoutSeconds'>): number {
  return timeoutSeconds * 1_000 + MARGIN_MS;
}
