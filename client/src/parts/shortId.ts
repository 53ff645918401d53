const SHOWN = 16;

/** The end of a long id, which is what tells it from others; the whole stands on hover and on its page. */
export function shortId(id: string): string {
  return id.length <= SHOWN + 2 ? id : `…${id.slice(-SHOWN)}`;
}
