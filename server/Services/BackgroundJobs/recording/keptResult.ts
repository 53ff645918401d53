/** Names that the driver reads as a type, or that mongoose leaves out because the language has them. */
const TAKEN = new Set(['_bsontype', '__proto__', 'constructor', 'prototype']);

/**
 * A result as its record keeps it: as it is, or as the text of its JSON when MongoDB would give
 * another one back. The driver takes an object with `_bsontype` for a value of that type and one with
 * `$ref` and `$id` for a reference, and refuses NUL in a name; mongoose drops `constructor`.
 */
export function keptResult(result: unknown): unknown {
  return isKept(result) ? result : { keptAsText: JSON.stringify(result) };
}

/** Whether MongoDB would give this JSON back as it is. */
export function isKept(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isKept);
  const names = Object.keys(value);
  if (names.some((name) => TAKEN.has(name) || name.includes('\0'))) return false;
  if (names.includes('$ref') && names.includes('$id')) return false;
  return Object.values(value).every(isKept);
}
