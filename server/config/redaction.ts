const REDACTED = '[redacted]';
const MAX_DEPTH = 8;
const MAX_ITEMS = 100;
const MAX_TEXT = 16_384;
/** Shorter values would tear holes into ordinary words. */
const MIN_SECRET_LENGTH = 6;

const SECRET_KEY =
  /pass(word|wd|phrase)|^pass$|token|secret|authorization|cookie|credential|(api|access|private|signing)[-_]?key/i;

const SECRET_WORDS = '(?:pass(?:word|wd|phrase)?|token|secret|authorization|api[-_]?key)';
/**
 * What looks like a secret wherever it stands, and what is left of it. Repetitions are bounded or
 * cannot overlap: the time stays linear in the text, which others may have written.
 */
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  // JSON Web Tokens (RFC 7519): three base64url parts, the first beginning with `{"`.
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, REDACTED],
  // The user and password of a URL, greedily: a password may hold an unescaped @.
  [/\b([a-z][a-z\d+.-]{0,19}:\/\/)[^\s/"']+@/gi, `$1${REDACTED}@`],
  [/\b(Bearer|Basic)\s+[\w+/.=~-]{8,}/gi, `$1 ${REDACTED}`],
  // password=… in a query string or message, "password":"…" in JSON.
  [new RegExp(`(${SECRET_WORDS}=)[^&\\s"']+`, 'gi'), `$1${REDACTED}`],
  [
    new RegExp(`("[\\w-]{0,32}${SECRET_WORDS}[\\w-]{0,32}"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"`, 'gi'),
    `$1"${REDACTED}"`,
  ],
];

type TextRedactor = (text: string) => string;

function textRedactor(secrets: readonly string[]): TextRedactor {
  const known = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    const withoutKnown = known.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
    const cut = withoutKnown.slice(0, MAX_TEXT);
    return SECRET_SHAPES.reduce((rest, [shape, left]) => rest.replace(shape, left), cut);
  };
}

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
  const redactText = textRedactor(secrets);

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
