import { WHO } from '../../server/api/openapi.ts';
import type { Guard } from '../../server/routes/route.ts';

/** What the running API says of itself: made from its table of routes, so it names all of them. */
export interface ApiDocument {
  paths: Record<
    string,
    Record<string, { description: string; responses: Record<string, unknown> }>
  >;
}

export interface Operation {
  /** Method and path, such as `GET /app/job-status/runs/{runId}`. */
  name: string;
  method: string;
  /** With its parameters in braces. */
  path: string;
  guard: Guard;
  statuses: readonly number[];
}

/** Every operation that the API has. */
export function operationsOf({ paths }: ApiDocument): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, { description, responses }]) => {
      const method = name.toUpperCase();
      return {
        ...{ name: `${method} ${path}`, method, path },
        guard: guardIn(description),
        statuses: Object.keys(responses).map(Number),
      };
    }),
  );
}

function guardIn(description: string): Guard {
  const guards = Object.keys(WHO) as Guard[];
  const guard = guards.find((each) => description.endsWith(WHO[each]));
  if (guard === undefined) throw new Error(`Nobody is said to be allowed: ${description}`);
  return guard;
}

/**
 * A path with each parameter put in its place, percent-encoded.
 * @param otherwise what stands where no value is given
 */
export function fill(
  path: string,
  parameters: Readonly<Record<string, string>>,
  otherwise = 'there-is-none',
): string {
  return path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(parameters[name] ?? otherwise),
  );
}

/** The operation that a request reaches, if any: a literal path goes before one with parameters. */
export function operationAt(
  operations: readonly Operation[],
  method: string,
  target: string,
): Operation | undefined {
  const path = target.replace(/^https?:\/\/[^/]*/i, '').replace(/[?#].*$/s, '');
  const served = method === 'HEAD' ? 'GET' : method;
  const here = operations.filter((each) => patternOf(each.path).test(path));
  const fewest = Math.min(...here.map((each) => parametersIn(each.path)));
  return here.find((each) => parametersIn(each.path) === fewest && each.method === served);
}

function patternOf(path: string): RegExp {
  const literal = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/\{\w+\}/g, '[^/]+')}/?$`, 'i');
}

function parametersIn(path: string): number {
  return path.split('{').length - 1;
}
