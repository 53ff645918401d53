import { projectDir } from '../../scripts/project.mjs';
import { type Operation, operationAt } from './apiDocument.ts';
import type { Attack, Received } from './send.ts';

/** What may be answered to what is no operation: a page or its absence, and what HTTP itself refuses. */
const BEYOND_OPERATIONS: readonly number[] = [200, 204, 400, 404, 405, 413, 429];
/** Answered by Node before the application hears of a request: timed out, or a head too large. */
const BEFORE_US: readonly number[] = [400, 408, 431];

/** What belongs to the inside, whatever was asked. */
const INSIDE = [
  /\n\s+at .+:\d+:\d+/,
  /node_modules|node:internal/,
  /\$argon2|passwordHash|tokenVersion/,
  /\b(?:Mongo|Redis|Reply|Type|Range|Syntax|Cast|Validation|Zod|BSON)\w*Error\b/,
  /ECONNREFUSED|mongodb(?:\+srv)?:\/\/|rediss?:\/\//,
];

/**
 * What is wrong with an answer, one sentence for each; empty when all is well.
 * @param secrets what no answer may hold
 */
export function faultsOf(
  operations: readonly Operation[],
  secrets: readonly string[],
  { method = 'GET', target }: Attack,
  { status, body }: Received,
): string[] {
  const operation = operationAt(operations, method, target);
  const documented = operation?.statuses ?? BEYOND_OPERATIONS;
  const asked = `${method} ${target.slice(0, 120)}`;
  const whole = body.replaceAll(projectDir, 'node_modules');
  return [
    ...(documented.includes(status) || BEFORE_US.includes(status)
      ? []
      : [`${asked} was answered ${status}, which is not documented: ${body.slice(0, 300)}`]),
    ...INSIDE.filter((shape) => shape.test(whole)).map(
      (shape) =>
        `${asked} was answered what belongs to the inside (${shape}): ${body.slice(0, 300)}`,
    ),
    ...secrets
      .filter((secret) => body.includes(secret))
      .map(() => `${asked} was answered a secret: ${body.slice(0, 300)}`),
  ];
}
