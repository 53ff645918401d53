const OBJECT_ID = /^[0-9a-f]{24}$/i;

/** Whether a text could be the hexadecimal form of an ObjectId. */
export function looksLikeObjectId(text: string): boolean {
  return OBJECT_ID.test(text);
}
