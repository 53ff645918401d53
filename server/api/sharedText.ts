const texts = new WeakMap<object, string>();

/**
 * The text of an answer that many are given: it is written for the first of them, and again for nobody.
 * The answer must never change.
 */
export function sharedText(answer: object, write: () => string): string {
  const known = texts.get(answer);
  if (known !== undefined) return known;
  const text = write();
  texts.set(answer, text);
  return text;
}
