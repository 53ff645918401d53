/**
 * Something that stops the set-up, told so that its reader can go on: what happened, what was
 * tried (one line each, in order), and what to do.
 */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';

  /**
   * @param {string} message
   * @param {{tried?: readonly string[], remedy: string, cause?: unknown}} details
   */
  constructor(message, { tried = [], remedy, cause }) {
    super(message, { cause });
    this.tried = tried;
    this.remedy = remedy;
  }
}

/**
 * An error as the lines that a person reads.
 * @param {unknown} error
 */
export function explain(error) {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof SetupError)) return error.stack ?? error.message;
  const tried = error.tried.map((attempt) => `  tried: ${attempt.replaceAll('\n', '\n    ')}`);
  return [error.message, ...tried, `  to do: ${error.remedy}`].join('\n');
}
