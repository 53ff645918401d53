import { terminalText } from './terminalText.ts';

const COLORS: Readonly<Record<string, string>> = {
  error: '\u001b[31m',
  warn: '\u001b[33m',
  info: '\u001b[32m',
  debug: '\u001b[90m',
};
const RESET = '\u001b[0m';

interface Line {
  level: string;
  message: unknown;
  [field: string]: unknown;
}

function stackOf(error: unknown): string | undefined {
  const hasStack = typeof error === 'object' && error !== null && 'stack' in error;
  return hasStack ? String(error.stack) : undefined;
}

/** `key=value`; an error without its stack, which stands below the line. */
function shown([key, value]: [string, unknown]): string {
  const brief = stackOf(value) === undefined ? value : { ...Object(value), stack: undefined };
  return `${key}=${typeof brief === 'string' ? brief : JSON.stringify(brief)}`;
}

/**
 * A line of the log for a terminal: time of day, level, message, the fields, and below it the stack
 * of `error`. What others wrote cannot reach the terminal as a command.
 */
export function prettyLine({ time, level, message, service, pid, ...fields }: Line): string {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  const text = [message, ...entries.map(shown)].join('  ');
  const stack = stackOf(fields.error);
  const below = stack === undefined ? '' : `\n${stack}`;
  const head = `${String(time).slice(11, 23)} ${level.toUpperCase().padEnd(5)}`;
  return `${COLORS[level] ?? ''}${head}${RESET} ${terminalText(text + below)}`;
}
