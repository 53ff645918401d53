import type { AuditEntry } from '../api/shapes.ts';
import { count } from '../words/numbers.ts';

/** Names and values of an entry on one line; what is zero is left out. */
export function pairs(values: AuditEntry['about']): string {
  return Object.entries(values)
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => `${name}: ${typeof value === 'number' ? count(value) : value}`)
    .join(', ');
}
