/**
 * Keeps a value for as long as its content stays the same: then the first one that had it is answered, so that
 * who has been given one can tell by `===` whether it is news.
 * @param contentOf a text that is the same where nothing has changed; JSON if absent.
 */
export function createSteady<Value extends object>(
  contentOf: (value: Value) => string = JSON.stringify,
): (value: Value) => Value {
  let kept: { value: Value; content: string } | undefined;
  return (value) => {
    const content = contentOf(value);
    if (kept?.content !== content) kept = { value, content };
    return kept.value;
  };
}
