import type { ServiceLogDoc } from '../../models/ServiceLogModel.ts';

const MOST = 50;

type Compared = Pick<ServiceLogDoc, 'status' | 'facts' | 'error'>;

/** What is different from the log before, a line each. What a failed one could not read is not compared. */
export function changesBetween(before: Compared, now: Compared): string[] {
  const lines: string[] = [];
  if (before.status !== now.status) lines.push(`status: ${before.status} → ${now.status}`);
  if (before.error === null && now.error === null) {
    const [earlier, present] = [valuesOf(before), valuesOf(now)];
    for (const name of new Set([...earlier.keys(), ...present.keys()])) {
      const [was, is] = [earlier.get(name), present.get(name)];
      if (was !== is) lines.push(`${name}: ${was ?? '(absent)'} → ${is ?? '(absent)'}`);
    }
  }
  return lines.length <= MOST
    ? lines
    : [...lines.slice(0, MOST - 1), `and ${lines.length - MOST + 1} more`];
}

function valuesOf({ facts }: Compared): Map<string, string> {
  return new Map(facts.map(({ name, value }) => [name, value]));
}
