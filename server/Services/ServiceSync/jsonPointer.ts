/** Whether a text is a JSON pointer: empty for the whole document, or such as `/data/0/status`. */
export function isJsonPointer(text: string): boolean {
  return text === '' || /^(\/([^~/]|~[01])*)+$/.test(text);
}

/** What a JSON pointer (RFC 6901) leads to in a document; undefined for a place that is not there. */
export function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      value = /^(0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined;
    } else if (typeof value === 'object' && value !== null && Object.hasOwn(value, name)) {
      value = Reflect.get(value, name);
    } else return undefined;
  }
  return value;
}
