import { count } from '../words/numbers.ts';
import { words } from '../words/words.ts';

/** A count as people read it, or that it could not be had. */
export function countOrUnknown(value: number | null | undefined): string {
  return value == null ? words.common.unknown : count(value);
}
