import { Types } from 'mongoose';

const OBJECT_ID = /^[0-9a-f]{24}$/i;

/** Whether a text could be the hexadecimal form of an ObjectId. */
export function looksLikeObjectId(text: string): boolean {
  return OBJECT_ID.test(text);
}

/** The ObjectId of this hexadecimal form, for what goes to the driver itself. */
export function objectId(hexadecimal: string): Types.ObjectId {
  return new Types.ObjectId(hexadecimal);
}

/** A new one, for a document that goes to the driver itself. */
export function newObjectId(): Types.ObjectId {
  return new Types.ObjectId();
}
