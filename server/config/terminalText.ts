/**
 * What a terminal would obey or show misleadingly: control characters (escape sequences begin with
 * one), line separators, and the controls of writing direction (Unicode 16.0, UAX 9), by which text
 * can read otherwise than it is. Line feeds and tabs may stay.
 */
const OBEYED = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/**
 * Text that others wrote, fit for a terminal: what it would obey is written out as `\u001b`. Within
 * the strings of a JSON text that means the same as before.
 */
export function terminalText(text: string): string {
  return text.replace(
    OBEYED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
