/** What one look came to. */
export interface Finding {
  state: 'well' | 'warning' | 'wrong';
  /** What was seen, or what is wrong. */
  text: string;
  /** The exact command, or the line of .env, that mends it. */
  remedy?: string;
}

const MARKS: Record<Finding['state'], string> = { well: '✔', warning: '!', wrong: '✘' };

/** One line: the mark, what was looked at, what was seen, and what mends it. */
export function findingLine(subject: string, { state, text, remedy }: Finding): string {
  const mended = remedy === undefined ? '' : `  →  ${remedy}`;
  return `${MARKS[state]} ${subject}: ${text}${mended}`;
}

export const well = (text: string): Finding => ({ state: 'well', text });
export const warning = (text: string, remedy: string): Finding => ({
  state: 'warning',
  text,
  remedy,
});
export const wrong = (text: string, remedy: string): Finding => ({ state: 'wrong', text, remedy });
