import { REDACTED, SECRET_KEY, SECRET_SHAPES } from './secretShapes.ts';

const MAX_DEPTH = 8;
const MAX_ITEMS = 100;
const MAX_TEXT = 16_384;
/** Shorter values would tear holes into ordinary words. */
const MIN_SECRET_LENGTH = 6;

/** Takes what is secret out of a text. */
export type TextRedactor = (text: string) => string;

/**
 * Makes a function that takes out of a text the given `secrets`, as they stand and URL-encoded, and
 * whatever has the shape of a secret (see secretShapes). Texts are cut at 16,384 characters.
 */
export function createTextRedactor(secrets: readonly string[]): TextRedactor {
  const known = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    const withoutKnown = known.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
    const cut = withoutKnown.slice(0, MAX_TEXT);
    return SECRET_SHAPES.reduce((rest, [shape, left]) => rest.replace(shape, left), cut);
  };
}

/** Takes out of a text what has the shape of a secret, where the settings’ own are not at hand. */
export const withoutSecretShapes = createTextRedactor([]);

/** An error as a log shows it; its other properties may hold whole requests and are left out. */
function errorFields(error: Error): Record<string, unknown> {
  return {
    message: error.message,
    ...('code' in error && { code: error.code }),
    ...('details' in error && error.details !== undefined && { details: error.details }),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: error.cause }),
  };
}

/**
 * Makes a function that turns any value into plain JSON values without secrets: those under a
 * telling key, those of a telling shape (tokens, credentials in URLs), and the given `secrets`
 * wherever they stand. Cycles, depth and long lists are cut short; it never throws.
 */
export function createRedactor(secrets: readonly string[]): (value: unknown) => unknown {
  const redactText = createTextRedactor(secrets);

  function redactObject(value: object, above: readonly object[]): unknown {
    if (above.includes(value)) return '[circular]';
    if (above.length >= MAX_DEPTH) return '[too deep]';
    const within = [...above, value];
    if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
    if (value instanceof Error) return redactEntries(Object.entries(errorFields(value)), within);
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      return redact(value.toJSON(), within);
    }
    if (value instanceof Map)
      return redactEntries(
        [...value].map(([k, v]) => [String(k), v]),
        within,
      );
    if (Array.isArray(value) || value instanceof Set) {
      const items = [...value];
      const shown = items.slice(0, MAX_ITEMS).map((item) => redact(item, within));
      return items.length > MAX_ITEMS ? [...shown, `… ${items.length - MAX_ITEMS} more`] : shown;
    }
    return redactEntries(Object.entries(value), within);
  }

  function readable(value: object, above: readonly object[]): unknown {
    try {
      return redactObject(value, above);
    } catch {
      // A getter or toJSON of a foreign object threw: the line is worth more than the field.
      return '[unreadable]';
    }
  }

  function redactEntries(entries: [string, unknown][], above: readonly object[]): unknown {
    return Object.fromEntries(
      entries.map(([key, value]) => [
        key,
        SECRET_KEY.test(key) && value !== null && value !== undefined
          ? REDACTED
          : redact(value, above),
      ]),
    );
  }

  function redact(value: unknown, above: readonly object[]): unknown {
    switch (typeof value) {
      case 'string':
        return redactText(value);
      case 'object':
        return value === null ? null : readable(value, above);
      case 'bigint':
        return value.toString();
      case 'function':
      case 'symbol':
        return undefined;
      default:
        return value;
    }
  }

  return (value) => redact(value, []);
}
